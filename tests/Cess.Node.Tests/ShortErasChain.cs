using System.Collections.Immutable;
using Cess.BlockStore;
using Cess.Consensus;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Tests;
using Cess.Primitives;

namespace Cess.Node.Tests;

/// <summary>A chain of one validator whose eras end every five blocks, each block with a certificate.</summary>
internal sealed class ShortErasChain
{
    private const uint EraBlocks = 5;

    private readonly List<(LedgerState State, BlockRecord Record)> _blocks = [];

    public ShortErasChain(int blocks)
    {
        Chain = new TestChain(new ChainParameters { Staking = new StakingParameters { EraBlocks = EraBlocks } });
        GenesisState = Chain.State;
        for (int i = 0; i < blocks; i++)
            AddBlock();
    }

    public TestChain Chain { get; }

    public LedgerState GenesisState { get; }

    public LedgerState Head => _blocks[^1].State;

    public LedgerState StateAt(ulong height) => _blocks[(int)height - 1].State;

    public BlockRecord RecordAt(ulong height) => _blocks[(int)height - 1].Record;

    /// <summary>What a node that has all of it gives.</summary>
    public async Task ServeAsync(ServedChain served, ulong height)
    {
        byte[] snapshot = await SnapshotAsync(StateAt(height));
        served.Snapshot = new ServedSnapshot(height, Scale.Encode(RecordAt(height)), () => new MemoryStream(snapshot));
        served.Handovers = [.. Handovers().Select(Scale.Encode)];
    }

    public IEnumerable<EraHandover> Handovers() => _blocks
        .Where(block => block.State.Era.Start == block.State.Height)
        .Select(block => EraHandover.Of(block.State, block.Record.Certificate!));

    public FinalBlocks BlocksAbove(ulong height)
    {
        BlockRecord next = RecordAt(height + 1);
        return new FinalBlocks([next.Block], [], next.Certificate!);
    }

    public Certificate Certify(BlockHeader header, PrivateKey key, ulong era)
    {
        ulong iteration = Iterations.BaseOf(era) + header.Height;
        Hash256 hash = header.ComputeHash();
        Signature vote = key.Sign(Certificate.VoteDigest(GenesisState.Genesis, hash, iteration));
        return new Certificate(hash, iteration, ImmutableArray.Create(new CertificateVote(0, vote)));
    }

    public static async Task<byte[]> SnapshotAsync(LedgerState state)
    {
        using var stream = new MemoryStream();
        await StateSnapshot.WriteAsync(state, stream);
        return stream.ToArray();
    }

    /// <summary>Stores blocks as a node does that has executed them.</summary>
    public async Task StoreAsync(IBlockStore store, ulong last)
    {
        for (ulong height = 1; height <= last; height++)
            await store.AppendAsync([new BlockEntry(height, Scale.Encode(RecordAt(height)))]);
    }

    private void AddBlock()
    {
        ulong era = Chain.State.Era.Index;
        Chain.Queue(Chain.Accounts[1], new Transfer(Chain.Accounts[2].Id, new Balance(1)));
        ExecutedBlock executed = Chain.Seal();
        _blocks.Add((executed.State, executed.ToRecord(Certify(executed.Block.Header, Chain.Accounts[0].Key, era))));
    }
}
