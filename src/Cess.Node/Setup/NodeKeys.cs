using System.Collections.Immutable;
using System.Text.Json;
using Cess.BlockStore;
using Cess.Grains.Chain;
using Cess.Node.Keys;
using Cess.Primitives;

namespace Cess.Node.Setup;

/// <summary>The names of a node's own keys.</summary>
internal static class NodeKeys
{
    public const string Owner = "owner";
    public const string Validator = "validator";
    public const string Miner = "miner";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The name of one of several.</summary>
    public static string Numbered(string name, int number) => $"{name}-{number:D2}";

    /// <summary>The hash chains of a node's validators; makes those that are missing.</summary>
    public static HashChainFiles OpenChains(KeyStore keys, IReadOnlyList<AccountId> validators)
    {
        var chains = new HashChainFiles(validators.Select((account, index) => (account, index)).ToDictionary(
            validator => validator.account, validator => HashChainFiles.Beside(keys.FileOf(Numbered(Validator, validator.index + 1)))));
        chains.EnsureAll();
        return chains;
    }

    /// <summary>The log under the vote journal.</summary>
    public static ValueTask<FileBlockStore> OpenVotesAsync(NodeFolder folder, CancellationToken cancellation) => FileBlockStore.OpenAsync(
        folder.Votes, new FileBlockStoreOptions { SegmentBytes = NodeLimits.VoteSegmentBytes }, cancellation);

    /// <summary>
    /// Accounts of a node's validators. A key that is missing is made, and is saved once its validator's part of the journal is begun: a key
    /// that has none was here before, and has perhaps signed what nobody here remembers.
    /// </summary>
    public static async Task<ImmutableArray<AccountId>> OpenValidatorsAsync(KeyStore keys, VoteJournal journal, int count)
    {
        ImmutableArray<AccountId>.Builder validators = ImmutableArray.CreateBuilder<AccountId>(count);
        for (int i = 1; i <= count; i++)
            validators.Add(await keys.GetOrCreateAsync(Numbered(Validator, i), journal.BeginAsync));
        return validators.MoveToImmutable();
    }

    /// <summary>Prints addresses and public keys as JSON; makes the keys that are missing.</summary>
    /// <param name="folder">The node's folder.</param>
    /// <param name="validators">How many validators it has.</param>
    /// <param name="renewJournal">True to begin the journal anew for all of them, whatever they have signed.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>0, or 1 if the folder is in use.</returns>
    public static async Task<int> PrintAsync(NodeFolder folder, int validators, bool renewJournal, CancellationToken cancellation)
    {
        using var keys = new KeyStore(folder.Keys, KeyStore.PassphraseFor(folder));
        bool isComplete = Enumerable.Range(1, validators).All(i => File.Exists(keys.FileOf(Numbered(Validator, i))));
        if (!isComplete || renewJournal)
        {
            try
            {
                // A running node has the journal, and all its keys.
                await using FileBlockStore votes = await OpenVotesAsync(folder, cancellation);
                VoteJournal journal = await VoteJournal.OpenAsync(votes, cancellation);
                ImmutableArray<AccountId> accounts = await OpenValidatorsAsync(keys, journal, validators);
                foreach (AccountId account in renewJournal ? accounts : [])
                    await journal.BeginAsync(account);
            }
            catch (BlockStoreException e)
            {
                await Console.Error.WriteLineAsync($"The journal can't be begun: {e.Message}");
                return 1;
            }
        }
        using HashChainFiles chains = OpenChains(keys, [.. Enumerable.Range(1, validators).Select(i => keys.GetOrCreate(Numbered(Validator, i)))]);
        Console.Out.WriteLine(JsonSerializer.Serialize(
            new
            {
                Owner = Show(Owner),
                Validators = Enumerable.Range(1, validators).Select(i => Show(Numbered(Validator, i))).ToArray(),
            },
            s_json));
        return 0;

        object Show(string name)
        {
            AccountId account = keys.GetOrCreate(name);
            return new { Account = account.ToString(), Key = keys.PublicKeyOf(account).ToString() };
        }
    }
}
