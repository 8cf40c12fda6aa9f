using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;
using Cess.Simulation.World;

namespace Cess.Simulation.Oracle;

/// <summary>Draws calls of miners and of those who store.</summary>
internal sealed class RandomFileCalls(RandomHistory history, Dice dice)
{
    private const int Tags = 4;

    private LedgerState State => history.State;

    public Call Draw(AccountId sender)
    {
        MinerRecord? own = State.MinerOf(sender);
        return dice.Next(15) switch
        {
            0 => own is null ? new RegisterMiner(sender, dice.Chance(0.1) ? "" : "memory", new Balance((uint)dice.Next(5_000_000))) : DrawOfMiner(own),
            1 => own is null ? new DeclareSpace(5) : new DeclareSpace(own.DeclaredBytes + 200_000),
            2 => new CreateBucket(dice.Chance(0.1) ? dice.Pick(["No", "1.2.3.4", "a..b", "-a-"]) : $"bucket-{dice.Next(12)}", dice.Bytes(8)),
            3 when dice.Chance(0.3) => new DeleteBucket(EmptyOf(sender) ?? $"bucket-{dice.Next(12)}"),
            < 7 when State.BucketsOf(sender).FirstOrDefault() is { } bucket => new DeclareFile(Declaration(bucket.Name), Condition(bucket.Name)),
            < 10 when own is not null => Report(own),
            < 14 when OpenOf(sender) is { } open => dice.Chance(0.6) ? Reassign(open) : new CancelDeal(open),
            _ => new DeleteFiles([.. State.Files().Where(_ => dice.Chance(0.3)).Take(3).Select((_, i) => FileAt(i))]),
        };
    }

    /// <summary>A file without segments, or with some on as many miners as it needs.</summary>
    public FileDeclaration Declaration(string bucket)
    {
        FilePolicy policy = dice.Chance(0.02) ? new FilePolicy(0, 1) : dice.Pick([new FilePolicy(1, 0), new FilePolicy(1, 1), new FilePolicy(2, 1)]);
        uint miners = (uint)Math.Max(State.Miners().Count(), policy.Fragments);
        ImmutableArray<FileSegment> segments = [.. Enumerable.Range(0, dice.Next(4)).Select(_ => Segment(policy, miners))];
        ulong length = (ulong)segments.Sum(segment => segment.Length);
        var part = new FilePart(new byte[16], dice.Chance(0.05) ? length + 1 : length / 2, segments);
        Hash256 tag = Hash256.Sha256([(byte)dice.Next(Tags)]);
        return new FileDeclaration(bucket, tag, dice.Bytes(4), dice.Bytes(4), dice.Bytes(2), policy, dice.Chance(0.02) ? [] : [part]);
    }

    private FileSegment Segment(FilePolicy policy, uint miners)
    {
        uint first = (uint)dice.Next((int)miners);
        uint step = dice.Chance(0.03) ? 0u : 1u;
        uint length = (uint)(dice.Chance(0.03) ? 0 : dice.Between(1, 20_000));
        int count = policy.Fragments - (dice.Chance(0.02) ? 1 : 0);
        return new FileSegment(length, [.. Enumerable.Range(0, count).Select(i => new FileFragment(Hash256.Sha256([(byte)i]), new MinerId((first + ((uint)i * step)) % miners)))]);
    }

    private DeclareCondition Condition(string bucket) => dice.Next(5) switch
    {
        0 => DeclareCondition.OnlyIfAbsent,
        1 when State.Objects(bucket).Select(entry => (FileId?)entry.Object.File).FirstOrDefault() is { } current => DeclareCondition.OnlyIfCurrent(current),
        _ => DeclareCondition.None,
    };

    private Call DrawOfMiner(MinerRecord own) => dice.Next(4) switch
    {
        0 => new UpdateEndpoint(dice.Chance(0.2) ? "" : $"there {dice.Next(9)}"),
        1 => new UpdateBeneficiary(dice.Pick(history.Actors).Id),
        2 => new DeclareSpace((ulong)dice.Random.NextInt64(dice.Chance(0.3) ? 10_000 : 1L << 42)),
        _ => new AddStake(new Balance((uint)dice.Next(4) * 800_000)),
    };

    private ReportTransfer Report(MinerRecord own)
    {
        IEnumerable<FileId> owed = OpenDeals().Where(open => open.Deal.Shares.Any(share => share.Miner == own.Id)).Select(open => open.File);
        return new ReportTransfer([.. dice.Chance(0.2) ? OpenDeals().Select(open => open.File).Take(3) : owed.Take(4)]);
    }

    private ReassignFragments Reassign(FileId open)
    {
        DealRecord deal = State.Deal(open)!;
        MinerId from = deal.Shares.IsEmpty ? default : dice.Pick(deal.Shares).Miner;
        // Most often to one that has none of them yet.
        MinerRecord[] others = [.. State.Miners().Where(miner => miner.DeclaredBytes > 0 && deal.Shares.All(share => share.Miner != miner.Id))];
        MinerId to = others.Length > 0 && dice.Chance(0.8) ? dice.Pick(others).Id : new MinerId((uint)dice.Next(State.Miners().Count() + 1));
        return new ReassignFragments(open, from, to);
    }

    private string? EmptyOf(AccountId sender) =>
        State.BucketsOf(sender).FirstOrDefault(bucket => bucket.ObjectCount == 0 && bucket.OpenDeals == 0)?.Name;

    private FileId? OpenOf(AccountId sender) =>
        OpenDeals().Where(open => open.Deal.Owner == sender || dice.Chance(0.05)).Select(open => (FileId?)open.File).FirstOrDefault();

    private IEnumerable<(FileId File, DealRecord Deal)> OpenDeals() =>
        history.Declared.Where(file => State.Deal(file) is not null).Select(file => (file, State.Deal(file)!));

    private FileId FileAt(int index) =>
        history.Declared.Where(file => State.File(file) is not null).ElementAtOrDefault(dice.Next(5) + index);
}
