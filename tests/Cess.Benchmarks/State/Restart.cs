using System.Diagnostics;
using Cess.BlockStore;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.TestNetwork;

namespace Cess.Benchmarks.State;

/// <summary>
/// Time to come up with a million accounts and a million transactions: the genesis is read, the newest snapshot too, and as many
/// transactions as can be behind a snapshot are executed again, their blocks' certificates checked.
/// </summary>
internal sealed class Restart
{
    private const int Accounts = 1_000_000;
    private const int Transactions = 1_000_000;
    private const int PerBlock = 1_000;
    private const int Senders = 1_000;

    private readonly PrivateKey _validator = PrivateKey.Generate();
    private readonly Random _random = new(2);
    private readonly ulong[] _nonces = new ulong[Senders];
    private AccountId[] _accounts = [];

    public async Task MeasureAsync(BenchmarkReport report)
    {
        using var folder = new TemporaryFolder();
        var genesis = MakeGenesis();
        await File.WriteAllBytesAsync(folder["genesis"], Scale.Encode(genesis));
        var root = await FillAsync(folder["blocks"], genesis);
        (genesis, _accounts) = (null!, []);
        GC.Collect();

        var start = Stopwatch.GetTimestamp();
        await using var store = await FileBlockStore.OpenAsync(folder["blocks"]);
        using var keys = new PublicKeyCache();
        var read = Scale.Decode<Genesis>(await File.ReadAllBytesAsync(folder["genesis"]));
        var (state, _) = await ChainLoader.LoadAsync(store, read, keys, new AllCores(), CancellationToken.None);
        report.Add(
            "state_restart_s_1e6", Stopwatch.GetElapsedTime(start).TotalSeconds,
            $"{Accounts:n0} accounts and {Transactions:n0} transactions, {GrainLimits.TransactionsPerSnapshot:n0} of them behind the snapshot");
        if (state.Tree.Root != root)
            throw new InvalidOperationException("Another state has come up than was left.");
    }

    private Genesis MakeGenesis()
    {
        // The senders come first: only they need keys.
        PublicKey[] keys = [.. Enumerable.Range(0, Senders).Select(_ => NewKey())];
        _accounts = [.. keys.Select(key => key.ToAccountId()), .. Enumerable.Range(Senders, Accounts - Senders).Select(i => new AccountId(Hash256.Sha256(BitConverter.GetBytes(i))))];
        return new Genesis(
            "benchmark", 0, new ChainParameters { Treasury = _accounts[0], StakePerTebibyte = Balance.OneToken },
            Genesis.Sorted(_accounts.Select((account, i) => new GenesisAccount(account, Balance.FromTokens(1_000), i < Senders ? keys[i] : null))),
            new ValidatorSet([_validator.PublicKey]));
    }

    private static PublicKey NewKey()
    {
        using var key = PrivateKey.Generate();
        return key.PublicKey;
    }

    /// <summary>Appends all blocks, and saves the snapshot that a node would have when it is the longest ago.</summary>
    private async Task<Hash256> FillAsync(string folder, Genesis genesis)
    {
        await using var store = await FileBlockStore.OpenAsync(folder);
        var state = genesis.ToState(new AllCores());
        var signature = _validator.Sign(state.Genesis);
        const int snapshotAt = (Transactions - GrainLimits.TransactionsPerSnapshot) / PerBlock;
        for (var block = 1; block <= Transactions / PerBlock; block++)
        {
            var transactions = Enumerable.Range(0, PerBlock).Select(i => Transfer(state, i % Senders, signature)).ToList();
            var executed = BlockExecutor.Execute(state, new BlockContext((ulong)block, _accounts[0]), transactions, new AllCores());
            state = executed.State;
            var vote = _validator.Sign(Certificate.VoteDigest(state.Genesis, state.BlockHash, 0));
            var record = executed.ToRecord(new Certificate(state.BlockHash, 0, [new CertificateVote(0, vote)]));
            await store.AppendAsync([new BlockEntry(state.Height, Scale.Encode(record))]);
            if (block == snapshotAt)
                await store.SaveSnapshotAsync(state.Height, (stream, cancellation) => StateSnapshot.WriteAsync(state, stream, cancellation));
        }

        return state.Tree.Root;
    }

    /// <summary>Signed with anything: a restart trusts the certificate for that, and reads signatures all the same.</summary>
    private SignedTransaction Transfer(LedgerState state, int sender, Signature signature) => SignedTransaction.Assemble(
        new UnsignedTransaction(
            state.Genesis, _accounts[sender], _nonces[sender]++, ulong.MaxValue, Balance.Zero,
            new Transfer(_accounts[_random.Next(Accounts)], new Balance(1))),
        signature, revealedKey: null);

    private sealed class AllCores : IParallelFor
    {
        public void For(int count, Action<int> body) => Parallel.For(0, count, body);
    }
}
