using System.Text.Json;
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

    /// <summary>Prints addresses and public keys as JSON; makes the keys that are missing.</summary>
    public static int Print(NodeFolder folder, int validators)
    {
        using var keys = new KeyStore(folder.Keys, KeyStore.PassphraseFor(folder));
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
