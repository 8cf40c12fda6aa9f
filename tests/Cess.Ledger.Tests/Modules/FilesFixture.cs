using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

/// <summary>A chain with four miners of 1 GiB each (accounts 2 to 5), and a bucket "photos" of account 1.</summary>
public sealed class FilesFixture
{
    public const ulong SpaceBytes = 1ul << 30;

    public const uint DeadlineBlocks = 12;

    public static readonly FilePolicy Policy = new(2, 1);

    public FilesFixture()
    {
        Chain = new TestChain(new ChainParameters { DealDeadlineBlocks = DeadlineBlocks }, accounts: 8);
        Owner = Chain.Accounts[1];
        Other = Chain.Accounts[6];
        Miners = Chain.Accounts[2..6];
        foreach (TestAccount miner in Miners)
        {
            Chain.Queue(miner, new RegisterMiner(miner.Id, "http://miner", Balance.Zero));
            Chain.Queue(miner, new DeclareSpace(SpaceBytes));
        }

        Chain.Queue(Owner, new CreateBucket("photos", new byte[] { 1, 2, 3 }));
        Assert.All(Chain.Seal().Receipts, r => Assert.Null(r.Error));
    }

    public TestChain Chain { get; }

    public TestAccount Owner { get; }

    public TestAccount Other { get; }

    public TestAccount[] Miners { get; }

    public static Hash256 Tag(string name) => Hash256.Sha256(System.Text.Encoding.UTF8.GetBytes(name));

    /// <summary>A file of one part and as many segments as lengths, each on miners 0, 1 and 2.</summary>
    public static FileDeclaration Declaration(string name, params uint[] segmentLengths) => new(
        "photos",
        Tag(name),
        new byte[] { 1 },
        new byte[] { 2 },
        new byte[] { 3 },
        Policy,
        [
            new FilePart(
                new byte[LedgerLimits.PartSaltBytes],
                (ulong)segmentLengths.Sum(l => (long)l),
                [.. segmentLengths.Select(length => Segment(length, 0, 1, 2))]),
        ]);

    public static FileSegment Segment(uint length, params uint[] miners) =>
        new(length, [.. miners.Select(m => new FileFragment(Hash256.Sha256(BitConverter.GetBytes(m)), new MinerId(m)))]);

    public FileId Declare(string name, DeclareCondition condition = default, uint length = 1_000)
    {
        SignedTransaction transaction = Chain.Queue(Owner, new DeclareFile(Declaration(name, length), condition));
        ExecutedBlock block = Chain.Seal();
        Assert.Null(block.Receipts.Single(r => r.TransactionId == transaction.Id).Error);
        return new FileId(transaction.Id);
    }

    public Receipt Report(int miner, params FileId[] files) =>
        Chain.Do(Miners[miner], new ReportTransfer([.. files]));

    /// <summary>All three miners report.</summary>
    public void ReportAll(FileId file)
    {
        for (int miner = 0; miner < 3; miner++)
            Assert.Null(Report(miner, file).Error);
    }

    public FileId Store(string name, DeclareCondition condition = default, uint length = 1_000)
    {
        FileId file = Declare(name, condition, length);
        ReportAll(file);
        return file;
    }

    public (ulong Reserved, ulong Used) SpaceOf(int miner)
    {
        MinerRecord record = Chain.State.Miner(new MinerId((uint)miner))!;
        return (record.ReservedBytes, record.UsedBytes);
    }

    public BucketRecord Bucket => Chain.State.Bucket("photos")!;

    public ImmutableArray<T> Events<T>() => [.. Chain.Last!.Receipts.SelectMany(r => r.Events).OfType<T>()];
}
