using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.State;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Ledger.Tests.Model;

/// <summary>Random histories, against the rules written down a second time (<see cref="LedgerModel"/>).</summary>
public sealed class HistoryTests
{
    private const uint DeadlineBlocks = 4;

    private const int CallsPerHistory = 150;

    private const int HistoriesMax = 100;

    /// <summary>What these calls do not get wrong; the tests of declarations and of deadlines do.</summary>
    private static readonly FilesError[] s_unreachable =
    [
        FilesError.PolicyInvalid, FilesError.PartsMissing, FilesError.SegmentsTooMany, FilesError.SegmentLengthInvalid,
        FilesError.PlainLengthInvalid, FilesError.DeadlinePassed,
    ];

    private static readonly ChainParameters s_parameters = new()
    {
        TransactionFee = new Balance(7),
        FeePerByte = new Balance(1),
        StakePerTebibyte = new Balance(1),
        DealDeadlineBlocks = DeadlineBlocks,
    };

    [Fact]
    public void Every_history_gives_what_the_rules_say_block_by_block()
    {
        // Each number is a call; every fourth or so ends a block. TestChain replays each block from its bytes.
        Gen<int[]> histories = Gen.ArrayOf(Gen.Choose(0, int.MaxValue), CallsPerHistory);
        Prop.ForAll(Arb.From(histories, Shrink), history => Run(history, [])).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    /// <summary>A history that never completes a file would promise nothing of files.</summary>
    [Fact]
    public void Histories_reach_every_event_every_end_of_a_file_and_every_refusal()
    {
        HashSet<string> missing = [.. Everything()];
        HashSet<string> seen = [];
        for (int number = 0; number < HistoriesMax && missing.Count > 0; number++)
        {
            Run([.. Enumerable.Range(number * CallsPerHistory, CallsPerHistory)], seen);
            missing.ExceptWith(seen);
        }

        Assert.Empty(missing);
    }

    private static IEnumerable<string> Everything() =>
    [
        .. Enum.GetNames<BalancesEventKind>(),
        nameof(BatchCompleted),
        .. Enum.GetNames<MinersEventKind>(),
        .. Enum.GetNames<FilesEventKind>(),
        .. Enum.GetNames<DropReason>().Select(r => $"dropped: {r}"),
        .. Enum.GetNames<DeletionReason>().Select(r => $"deleted: {r}"),
        .. Enum.GetValues<BalancesError>().Select(e => ((LedgerError)e).ToString()),
        .. Enum.GetValues<MinersError>().Except([MinersError.MinerNotPositive]).Select(e => ((LedgerError)e).ToString()),
        .. Enum.GetValues<FilesError>().Except(s_unreachable).Select(e => ((LedgerError)e).ToString()),
    ];

    private static IEnumerable<int[]> Shrink(int[] history)
    {
        for (int size = history.Length / 2; size > 0; size /= 2)
        {
            for (int start = 0; start + size <= history.Length; start += size)
                yield return [.. history[..start], .. history[(start + size)..]];
        }
    }

    private static void Run(int[] history, HashSet<string> seen)
    {
        TestChain chain = new(s_parameters);
        LedgerModel model = new(DeadlineBlocks, s_parameters.StakePerTebibyte.Units);
        foreach (TestAccount account in chain.Accounts)
            model.Account(account.Id).Free = Balance.FromTokens(1_000).Units;
        Balance supply = chain.Supply();
        List<FileId> files = [];
        for (int i = 0; i < 5; i++)
        {
            chain.Queue(chain.Accounts[i], new RegisterMiner(chain.Accounts[i].Id, "m", new Balance(1)));
            chain.Queue(chain.Accounts[i], new DeclareSpace(4_000));
        }

        chain.Queue(chain.Accounts[0], new CreateBucket(CallChoices.Buckets[0], new byte[1]));

        foreach (int number in history)
        {
            CallChoices choices = new(number, chain.Accounts, model, files);
            (TestAccount sender, Call call) = choices.Next();
            SignedTransaction transaction = chain.Queue(sender, call);
            if (call is DeclareFile)
                files.Add(new FileId(transaction.Id));
            if (call is Batch batch)
                files.AddRange(batch.Calls.Index().Where(c => c.Item is DeclareFile).Select(c => FileId.InBatch(transaction.Id, c.Index)));
            if (choices.Choose(4) == 0)
                SealAndCompare(chain, model, files, seen);
        }

        for (uint i = 0; i <= DeadlineBlocks; i++)
            SealAndCompare(chain, model, files, seen);
        Assert.Equal(supply, chain.Supply());
        Assert.All(files, file => Assert.Null(chain.State.Deal(file)));
    }

    private static void SealAndCompare(TestChain chain, LedgerModel model, List<FileId> files, HashSet<string> seen)
    {
        Balance supply = chain.Supply();
        ExecutedBlock executed = chain.Seal();
        model.BeginBlock(chain.State.Height);

        UInt128 fees = 0;
        for (int i = 0; i < executed.Receipts.Length; i++)
        {
            SignedTransaction transaction = executed.Block.Transactions[i];
            ModelAccount account = model.Account(transaction.Unsigned.Account);
            UInt128 fee = 7 + (UInt128)transaction.Bytes.Length;
            account.Free -= fee;
            account.Nonce++;
            fees += fee;
            if (transaction.Unsigned.Call is Batch batch)
            {
                ApplyEach(chain, model, transaction, batch, Assert.IsType<BatchCompleted>(executed.Receipts[i].Events[^1]));
                continue;
            }

            bool succeeds = model.Apply(
                transaction.Unsigned.Account, transaction.Id, chain.State.Height, transaction.Unsigned.Call);
            Assert.True(
                succeeds == executed.Receipts[i].IsSuccess,
                $"{transaction.Unsigned.Call}: {executed.Receipts[i].Error?.ToString() ?? "success"}");
        }

        seen.UnionWith(executed.StartEvents.Concat(executed.Receipts.SelectMany(r => r.Events)).SelectMany(Describe));
        seen.UnionWith(executed.Receipts.Where(r => !r.IsSuccess).Select(r => r.Error.ToString()!));
        if (fees > 0)
            model.Account(TestChain.Treasury).Free += fees;
        Assert.Empty(executed.Rejected);
        Assert.Equal(supply, chain.Supply());
        Compare(chain.State, model, files);
    }

    private static void ApplyEach(
        TestChain chain, LedgerModel model, SignedTransaction transaction, Batch batch, BatchCompleted completed)
    {
        for (int i = 0; i < batch.Calls.Length; i++)
        {
            bool succeeds = model.Apply(
                transaction.Unsigned.Account, FileId.InBatch(transaction.Id, i).Hash, chain.State.Height, batch.Calls[i]);
            Assert.True(succeeds != completed.Failed.Any(failed => failed.Index == i), $"{batch.Calls[i]}, {i} of {batch.Calls.Length}");
        }
    }

    private static IEnumerable<string> Describe(LedgerEvent value) => value switch
    {
        DealDropped e => [e.Kind.ToString(), $"dropped: {e.Reason}"],
        FileDeleted e => [e.Kind.ToString(), $"deleted: {e.Reason}"],
        BatchCompleted e => [nameof(BatchCompleted), .. e.Failed.Select(f => f.Error.ToString())],
        TransferReported e => [e.Kind.ToString(), .. e.Refused.Select(r => ((LedgerError)r.Error).ToString())],
        DeletionRefused e => [e.Kind.ToString(), .. e.Refused.Select(r => ((LedgerError)r.Error).ToString())],
        BalancesEvent e => [e.Kind.ToString()],
        MinersEvent e => [e.Kind.ToString()],
        FilesEvent e => [e.Kind.ToString()],
        _ => throw new NotSupportedException(),
    };

    private static void Compare(LedgerState state, LedgerModel model, List<FileId> files)
    {
        foreach ((AccountId id, ModelAccount account) in model.Accounts)
        {
            AccountRecord record = state.Account(id);
            Assert.Equal(
                (account.Free, account.Reserved, account.Nonce), (record.Free.Units, record.Reserved.Units, record.Nonce));
        }

        Assert.Equal(model.Miners.Count, state.Miners().Count());
        for (uint i = 0; i < model.Miners.Count; i++)
        {
            ModelMiner miner = model.Miners[(int)i];
            MinerRecord record = state.Miner(new MinerId(i))!;
            Assert.Equal(record, state.MinerOf(miner.Account));
            Assert.Equal(
                (miner.Beneficiary, miner.Endpoint, miner.Stake, miner.Declared, model.Reserved(i), model.Used(i)),
                (record.Beneficiary, record.Endpoint, record.Stake.Units, record.DeclaredBytes, record.ReservedBytes, record.UsedBytes));
        }

        foreach (string name in CallChoices.Buckets)
            CompareBucket(state, model, name);
        Assert.Equal(model.Buckets.Count, state.Buckets().Count());

        foreach (FileId id in files)
        {
            ModelFile? file = model.Files.GetValueOrDefault(id);
            Assert.Equal(file is not null, state.File(id) is not null);
            Assert.Equal(file is { IsActive: true }, state.IsActive(id));
            if (file is { IsActive: false })
            {
                Assert.Equal(file.Miners.Except(file.Reported).Order(), state.Deal(id)!.Outstanding().Select(m => m.Value));
                Assert.Equal(file.Deadline, state.Deal(id)!.Deadline);
            }
        }

        CompareEntryCounts(state, model);
    }

    private static void CompareBucket(LedgerState state, LedgerModel model, string name)
    {
        bool exists = model.Buckets.TryGetValue(name, out AccountId owner);
        BucketRecord? bucket = state.Bucket(name);
        Assert.Equal(exists, bucket is not null);
        if (bucket is null)
            return;

        ModelFile[] all = [.. model.Files.Values.Where(f => f.Bucket == name)];
        ModelFile[] active = [.. all.Where(f => f.IsActive)];
        Assert.Equal(owner, bucket.Owner);
        Assert.Equal(
            ((ulong)active.Length, active.Aggregate(0ul, (sum, f) => sum + f.PlainLength), (ulong)(all.Length - active.Length)),
            (bucket.ObjectCount, bucket.Bytes, bucket.OpenDeals));
        Assert.Contains(name, state.BucketsOf(owner).Select(b => b.Name));
        Assert.Equal(
            active.Select(f => f.Tag).Order(),
            state.Objects(name).Select(o => o.File.Declaration.NameTag).Order());
        for (byte i = 0; i < CallChoices.Names; i++)
        {
            Hash256 tag = Hash256.Sha256([i]);
            Assert.Equal(model.Current(name, tag), state.Object(name, tag)?.File);
        }
    }

    /// <summary>Nothing is left behind in the state, and nothing is in it that no reader shows.</summary>
    private static void CompareEntryCounts(LedgerState state, LedgerModel model)
    {
        int open = model.Files.Values.Count(f => !f.IsActive);
        Assert.Equal(model.Buckets.Count, Count(ModuleId.Files, 0));
        Assert.Equal(model.Buckets.Count, Count(ModuleId.Files, 1));
        Assert.Equal(model.Files.Count - open, Count(ModuleId.Files, 2));
        Assert.Equal(model.Files.Count, Count(ModuleId.Files, 3));
        Assert.Equal(open, Count(ModuleId.Files, 4));
        Assert.InRange(Count(ModuleId.Files, 5), 0, (int)DeadlineBlocks);
        Assert.Equal(open, Count(ModuleId.Files, 6));
        Assert.Equal(0, Count(ModuleId.Files, 7));
        Assert.Equal(model.Miners.Count, Count(ModuleId.Miners, 0));
        Assert.Equal(model.Miners.Count, Count(ModuleId.Miners, 1));

        int Count(ModuleId module, byte collection) => state.Tree.Walk(StateKey.Collection((byte)module, collection)).Count();
    }
}
