using System.Collections.Immutable;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Model;

/// <summary>
/// Turns a number into a call: mostly by somebody who may make it, often wrong. Few accounts, names and miners, so that calls
/// meet; little space, so that it runs out.
/// </summary>
public sealed class CallChoices(int seed, TestAccount[] accounts, LedgerModel model, IReadOnlyList<FileId> files)
{
    public const int Names = 3;

    private ulong _state = (ulong)seed;

    public static string[] Buckets { get; } = ["alpha", "beta-2", "gamma"];

    public (TestAccount Sender, Call Call) Next()
    {
        (TestAccount sender, Call call) = NextCall();
        if (Choose(10) > 0)
            return (sender, call);
        return (sender, new Batch(BatchMode.EachOnItsOwn, [call, .. Enumerable.Range(0, Choose(4)).Select(_ => NextCall().Call)]));
    }

    private (TestAccount Sender, Call Call) NextCall()
    {
        TestAccount anyone = accounts[Choose(accounts.Length)];
        string bucket = Choose(15) == 0 ? "Not a bucket" : Buckets[Choose(Buckets.Length)];
        FileId file = File();
        return Choose(40) switch
        {
            0 or 1 => (anyone, new Transfer(accounts[Choose(accounts.Length)].Id, Amount())),
            2 => (anyone, new RegisterMiner(accounts[Choose(accounts.Length)].Id, Choose(8) == 0 ? "" : "m", Amount())),
            3 or 4 => (anyone, new DeclareSpace(Choose(4) == 0 ? (ulong)Choose(3) << 40 : (ulong)Choose(6_000))),
            5 => (anyone, new AddStake(Amount())),
            6 => (anyone, Choose(2) == 0
                ? new UpdateEndpoint(Choose(3) == 0 ? "" : "n")
                : new UpdateBeneficiary(accounts[Choose(accounts.Length)].Id)),
            7 => (anyone, new CreateBucket(bucket, new byte[Choose(5)])),
            8 => (OwnerOf(bucket, anyone), new DeleteBucket(bucket)),
            < 18 => (OwnerOf(bucket, anyone), Declare(bucket)),
            < 28 => (anyone, new ReportTransfer([.. files])),
            < 31 => (anyone, new ReportTransfer(Some())),
            < 35 => (OwnerOf(file, anyone), new ReassignFragments(file, MinerOf(file), Miner())),
            < 37 => (OwnerOf(file, anyone), new CancelDeal(file)),
            _ => (OwnerOf(file, anyone), new DeleteFiles([file, .. Some()])),
        };
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014).</summary>
    public int Choose(int count)
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) % (ulong)count);
    }

    private DeclareFile Declare(string bucket)
    {
        FilePolicy policy = new((byte)(1 + Choose(2)), (byte)Choose(2));
        ImmutableArray<FileSegment>.Builder segments = ImmutableArray.CreateBuilder<FileSegment>();
        ulong length = 0;
        for (int count = Choose(4); count > 0; count--)
        {
            uint segmentLength = 1 + (uint)Choose(700);
            int first = Choose(5);
            int fragments = policy.Fragments + (Choose(20) == 0 ? 1 : 0);
            int step = Choose(20) == 0 ? 0 : 1;
            segments.Add(new FileSegment(
                segmentLength,
                [.. Enumerable.Range(0, fragments).Select(f => new FileFragment(default, new MinerId((uint)((first + (f * step)) % 5))))]));
            length += segmentLength;
        }

        byte name = (byte)Choose(Names);
        DeclareCondition condition = Choose(6) switch
        {
            0 or 1 => DeclareCondition.OnlyIfAbsent,
            2 => DeclareCondition.OnlyIfCurrent(model.Current(bucket, Hash256.Sha256([name])) ?? File()),
            _ => DeclareCondition.None,
        };
        return new DeclareFile(
            new FileDeclaration(
                bucket,
                Hash256.Sha256([name]),
                new byte[3],
                new byte[4],
                new byte[5],
                policy,
                [new FilePart(new byte[LedgerLimits.PartSaltBytes], length, segments.DrainToImmutable())]),
            condition);
    }

    private TestAccount OwnerOf(string bucket, TestAccount otherwise) =>
        Choose(12) > 0 && model.Buckets.TryGetValue(bucket, out AccountId owner) ? Account(owner) : otherwise;

    private TestAccount OwnerOf(FileId file, TestAccount otherwise) =>
        Choose(12) > 0 && model.Files.TryGetValue(file, out ModelFile? known) ? Account(known.Owner) : otherwise;

    private TestAccount Account(AccountId id) => accounts.Single(a => a.Id == id);

    private Balance Amount() => Choose(5) == 0 ? Balance.FromTokens((ulong)Choose(3_000)) : new Balance((ulong)Choose(3));

    private MinerId Miner() => new((uint)Choose(6));

    private MinerId MinerOf(FileId file) =>
        Choose(6) > 0 && model.Files.TryGetValue(file, out ModelFile? known) && known.Fragments.Count > 0
            ? new MinerId(known.Fragments[Choose(known.Fragments.Count)].Miner)
            : Miner();

    private FileId File() => files.Count == 0 || Choose(20) == 0
        ? new FileId(Hash256.Zero)
        : files[files.Count - 1 - Choose(Math.Min(8, files.Count))];

    private ImmutableArray<FileId> Some() => [.. Enumerable.Range(0, Choose(6)).Select(_ => File())];
}
