using System.Security.Cryptography;
using Cess.BlockStore;
using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Node.Network.Snapshots;
using Cess.Node.Setup;
using Cess.Peers;
using Cess.Primitives;

namespace Cess.Node.Tests;

public sealed class SnapshotCatchUpTests : IAsyncLifetime, IDisposable
{
    private const ulong Newest = 23;
    private const ulong AheadMin = 10;

    private static readonly ShortErasChain s_chain = new(27);

    private readonly string _root = Directory.CreateTempSubdirectory("cess-node-tests-").FullName;
    private readonly PublicKeyCache _keys = new(16);
    private readonly ECDsa _nodeKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly NodeCertificate _certificate;
    private readonly PeerChainClient _client;
    private readonly NodeFolder _folder;
    private readonly MemoryBlockStore _store = new();
    private readonly List<string> _told = [];
    private TrustedStart? _trust;
    private ServedChain _peer = null!;
    private ServedChain _other = null!;

    public SnapshotCatchUpTests()
    {
        _certificate = NodeCertificate.Create(_nodeKey, TimeProvider.System);
        _client = new PeerChainClient(_certificate, TimeProvider.System);
        _folder = new NodeFolder(_root);
    }

    public async Task InitializeAsync()
    {
        _peer = await ServedChain.StartAsync(s_chain.GenesisState.Genesis);
        _other = await ServedChain.StartAsync(s_chain.GenesisState.Genesis);
        await s_chain.ServeAsync(_peer, Newest);
    }

    public async Task DisposeAsync()
    {
        await _peer.DisposeAsync();
        await _other.DisposeAsync();
    }

    public void Dispose()
    {
        _client.Dispose();
        _certificate.Dispose();
        _nodeKey.Dispose();
        _keys.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_node_that_joins_takes_the_newest_state_and_its_blocks_begin_there()
    {
        (LedgerState state, SnapshotProof proof) = (await TakeAsync(s_chain.GenesisState, _peer.Url))!.Value;

        Assert.Equal(s_chain.StateAt(Newest).BlockHash, state.BlockHash);
        Assert.Equal(s_chain.Handovers().TakeWhile(handover => handover.Era.Start <= 25).Select(Scale.Encode), proof.Handovers.Select(Scale.Encode));
        await IsTakenAsync(Newest);
        // It goes on with the blocks above.
        await _store.AppendAsync([new BlockEntry(Newest + 1, Scale.Encode(s_chain.RecordAt(Newest + 1)))]);
        Assert.Equal(s_chain.StateAt(Newest + 1).BlockHash, (await LoadAsync()).State.BlockHash);
    }

    [Fact]
    public async Task A_node_that_was_away_goes_on_from_its_own_state_and_its_old_blocks_go()
    {
        await s_chain.StoreAsync(_store, 8);
        LedgerState own = (await LoadAsync()).State;

        SnapshotProof proof = (await TakeAsync(own, _peer.Url))!.Value.Proof;

        Assert.Equal(own.Era.Index, proof.Handovers[0].Era.Index - 1);
        await IsTakenAsync(Newest);
    }

    [Fact]
    public async Task Only_a_chain_with_the_era_that_is_trusted_is_taken()
    {
        EraHandover third = s_chain.Handovers().ElementAt(2);
        TrustedEra trusted = TrustedEra.Of(third.Era, third.Validators);
        _trust = new TrustedStart(s_chain.GenesisState.Genesis, trusted with { Hash = Hash256.Sha256("others"u8) });
        Assert.Null(await TakeAsync(s_chain.GenesisState, _peer.Url));
        Assert.Contains("not the one that is trusted", Assert.Single(_told), StringComparison.Ordinal);

        _trust = new TrustedStart(s_chain.GenesisState.Genesis, new TrustedEra(1_000, trusted.Hash));
        Assert.Null(await TakeAsync(s_chain.GenesisState, _peer.Url));
        Assert.Contains("era 1000 is known", Assert.Single(_told), StringComparison.Ordinal);

        _trust = new TrustedStart(s_chain.GenesisState.Genesis, trusted);
        Assert.NotNull(await TakeAsync(s_chain.GenesisState, _peer.Url));
        await IsTakenAsync(Newest);
    }

    [Fact]
    public async Task A_state_at_the_end_of_an_era_is_taken_too()
    {
        await s_chain.ServeAsync(_peer, 20);
        Assert.NotNull(await TakeAsync(s_chain.GenesisState, _peer.Url));
        await IsTakenAsync(20);
    }

    [Fact]
    public async Task Who_is_not_far_behind_takes_blocks()
    {
        await s_chain.StoreAsync(_store, Newest - AheadMin + 1);
        LedgerState own = (await LoadAsync()).State;

        _peer.Blocks = s_chain.BlocksAbove(own.Height);
        Assert.Null(await TakeAsync(own, _peer.Url));

        Assert.Empty(_told);
        Assert.Equal(1ul, _store.First);
    }

    [Fact]
    public async Task Who_is_not_far_behind_takes_a_state_if_nobody_has_the_blocks_any_more()
    {
        await s_chain.StoreAsync(_store, 20);
        LedgerState own = (await LoadAsync()).State;
        _peer.HasDroppedBlocks = true;
        _other.Blocks = s_chain.BlocksAbove(20);

        Assert.Null(await TakeAsync(own, _peer.Url, _other.Url));
        _other.HasDroppedBlocks = true;
        Assert.NotNull(await TakeAsync(own, _peer.Url, _other.Url));

        await IsTakenAsync(Newest);
    }

    [Fact]
    public async Task Nodes_without_a_state_and_nodes_that_are_not_there_leave_a_node_to_blocks()
    {
        string nowhere = _other.Url;
        await _other.DisposeAsync();
        _peer.Snapshot = null;

        Assert.Null(await TakeAsync(s_chain.GenesisState, nowhere, _peer.Url));

        Assert.Contains(_told, line => line.Contains(nameof(PeerError.Unreachable), StringComparison.Ordinal));
        Assert.Null(_store.Head);
    }

    [Fact]
    public async Task A_state_is_taken_through_more_eras_than_a_node_gives_at_once()
    {
        const int eras = PeerLimits.RequestBudget / 16;
        ShortErasChain chain = new((5 * eras) + 2);
        await chain.ServeAsync(_peer, chain.Head.Height);
        _peer.HandoversAtOnce = 1;

        (LedgerState state, SnapshotProof proof) = (await TakeAsync(chain.GenesisState, _peer.Url))!.Value;

        Assert.Equal(chain.Head.BlockHash, state.BlockHash);
        Assert.Equal(eras, proof.Handovers.Length);
        Assert.DoesNotContain(_told, line => line.Contains(nameof(PeerError.Busy), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_takes_too_long_to_lead_to_its_state_is_given_up()
    {
        SnapshotCatchUp hasty = new(_store, _client, _keys, new OneCore(), _folder, _told.Add)
        {
            BlocksAheadMin = AheadMin, TimeoutPerNode = TimeSpan.Zero,
        };

        Assert.Null(await hasty.TryTakeAsync(s_chain.GenesisState, [_peer.Url], default));

        Assert.Contains(nameof(PeerError.TimedOut), Assert.Single(_told), StringComparison.Ordinal);
    }

    public static TheoryData<string> Lies => [.. s_lies.Keys];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task What_does_not_prove_itself_is_refused_with_its_reason_and_the_next_node_is_asked(string lie)
    {
        (string reason, Func<ServedChain, Task> tell) = s_lies[lie];
        await s_chain.ServeAsync(_other, Newest);
        await tell(_other);

        Assert.Null(await TakeAsync(s_chain.GenesisState, _other.Url));
        Assert.Contains(reason, Assert.Single(_told), StringComparison.Ordinal);
        Assert.Null(_store.Head);
        Assert.Null(await _store.OpenLatestSnapshotAsync());
        Assert.False(File.Exists(_folder.SnapshotPart));
        Assert.False(File.Exists(_folder.SnapshotProof));

        Assert.NotNull(await TakeAsync(s_chain.GenesisState, _other.Url, _peer.Url));
        await IsTakenAsync(Newest);
    }

    [Fact]
    public async Task A_crash_at_any_step_leaves_the_old_chain_or_what_ends_in_the_new_one()
    {
        bool isDone = false;
        for (int step = 0; !isDone; step++)
        {
            // Another each time: a node gives one address only so much.
            await using ServedChain peer = await ServedChain.StartAsync(s_chain.GenesisState.Genesis);
            await s_chain.ServeAsync(peer, Newest);
            var store = new MemoryBlockStore();
            await s_chain.StoreAsync(store, 8);
            LedgerState own = (await ChainLoader.LoadAsync(store, s_chain.Chain.Genesis, _keys, new OneCore(), default)).State;
            try
            {
                await CatchUp(new CrashingStore(store, step)).TryTakeAsync(own, [peer.Url], default);
                isDone = true;
            }
            catch (CrashException)
            {
                // As a killed process leaves it.
                await File.WriteAllBytesAsync(_folder.SnapshotPart, [1, 2, 3]);
            }

            SnapshotProof? proof = await CatchUp(store).ResumeAsync(default);

            Assert.False(File.Exists(_folder.SnapshotPart));
            LedgerState loaded = (await ChainLoader.LoadAsync(store, s_chain.Chain.Genesis, _keys, new OneCore(), default)).State;
            Assert.Equal(proof?.Height ?? 8, loaded.Height);
            Assert.Equal(proof is null ? 1 : Newest, store.First);
            Assert.Equal(proof is not null, File.Exists(_folder.SnapshotProof));
            Assert.Equal(step > 0, proof is not null);
            SnapshotCatchUp.Forget(_folder);
        }
    }

    private static readonly Dictionary<string, (string Reason, Func<ServedChain, Task> Tell)> s_lies = new()
    {
        ["entries of another state"] = ("root", served => GiveAsync(served, async bytes => Spliced(bytes, await ShortErasChain.SnapshotAsync(s_chain.StateAt(21))))),
        ["a state of another block"] = ("another block", served => GiveAsync(served, _ => ShortErasChain.SnapshotAsync(s_chain.StateAt(21)))),
        ["a changed value"] = ("root", served => GiveAsync(served, bytes => Changed(bytes, bytes.Length - 1))),
        ["another genesis"] = ("another chain", served => GiveAsync(served, bytes => Changed(bytes, 10))),
        ["an end too early"] = (nameof(PeerError.SnapshotInvalid), served => GiveAsync(served, bytes => Task.FromResult(bytes[..^1]))),
        ["more after the end"] = ("more after", served => GiveAsync(served, bytes => Task.FromResult<byte[]>([.. bytes, 0]))),
        ["no end"] = (nameof(PeerError.TooLong), served => GiveStreamAsync(served, () => new EndlessState(served.Snapshot!.Open()))),
        ["nothing"] = (nameof(PeerError.SnapshotInvalid), served => GiveAsync(served, _ => Task.FromResult<byte[]>([]))),
        ["a block that is none"] = (nameof(PeerError.SnapshotInvalid), served => GiveBlockAsync(served, [1, 2, 3])),
        ["a block without a certificate"] = (nameof(PeerError.SnapshotInvalid), served => GiveBlockAsync(served, s_chain.RecordAt(Newest) with { Certificate = null })),
        ["a block that somebody else has certified"] = (nameof(PeerError.SnapshotInvalid), served => GiveBlockAsync(
            served, s_chain.RecordAt(Newest) with { Certificate = s_chain.Certify(s_chain.StateAt(Newest).Header, s_chain.Chain.Accounts[1].Key, 4) })),
        ["another block's certificate"] = (nameof(PeerError.SnapshotInvalid), served => GiveBlockAsync(
            served, s_chain.RecordAt(Newest) with { Certificate = s_chain.RecordAt(22).Certificate })),
        ["a block without its transactions"] = (nameof(PeerError.SnapshotInvalid), served => GiveBlockAsync(
            served, s_chain.RecordAt(Newest) with { Block = s_chain.RecordAt(Newest).Block with { Transactions = [] } })),
        ["a block without its receipts"] = (nameof(PeerError.SnapshotInvalid), served => GiveBlockAsync(served, s_chain.RecordAt(Newest) with { Receipts = [] })),
        ["another height than its block's"] = (nameof(PeerError.SnapshotInvalid), served => GiveBlockAsync(served, s_chain.RecordAt(22))),
        ["no handovers"] = ("EraUnknown", served => GiveHandoversAsync(served, _ => [])),
        ["a handover too few"] = ("EraUnknown", served => GiveHandoversAsync(served, all => all[..^2])),
        ["a handover left out"] = (nameof(PeerError.SnapshotInvalid), served => GiveHandoversAsync(served, all => [all[0], .. all[2..]])),
        ["a handover to other validators"] = (nameof(PeerError.SnapshotInvalid), served => GiveHandoversAsync(
            served, all => [all[0] with { Validators = new ValidatorSet([s_chain.Chain.Accounts[1].Key.PublicKey]) }, .. all[1..]])),
    };

    private static async Task GiveAsync(ServedChain served, Func<byte[], Task<byte[]>> change)
    {
        using var right = new MemoryStream();
        await served.Snapshot!.Open().CopyToAsync(right);
        byte[] wrong = await change(right.ToArray());
        served.Snapshot = served.Snapshot with { Open = () => new MemoryStream(wrong) };
    }

    private static Task GiveStreamAsync(ServedChain served, Func<Stream> open)
    {
        Stream stream = open();
        served.Snapshot = served.Snapshot! with { Open = () => stream };
        return Task.CompletedTask;
    }

    private static Task GiveBlockAsync(ServedChain served, BlockRecord record) => GiveBlockAsync(served, Scale.Encode(record));

    private static Task GiveBlockAsync(ServedChain served, byte[] block)
    {
        served.Snapshot = served.Snapshot! with { Block = block };
        return Task.CompletedTask;
    }

    private static Task GiveHandoversAsync(ServedChain served, Func<EraHandover[], EraHandover[]> change)
    {
        served.Handovers = [.. change([.. s_chain.Handovers()]).Select(Scale.Encode)];
        return Task.CompletedTask;
    }

    private static Task<byte[]> Changed(byte[] bytes, int position)
    {
        byte[] changed = [.. bytes];
        changed[position] ^= 1;
        return Task.FromResult(changed);
    }

    /// <summary>The head of one snapshot with the entries of another: mark, genesis, length and header are as long in both.</summary>
    private static byte[] Spliced(byte[] head, byte[] entries)
    {
        int length = 8 + Hash256.Size + sizeof(uint) + BitConverter.ToInt32(head, 8 + Hash256.Size);
        return [.. head[..length], .. entries[length..]];
    }

    private Task<(LedgerState State, SnapshotProof Proof)?> TakeAsync(LedgerState own, params string[] urls)
    {
        _told.Clear();
        return CatchUp(_store).TryTakeAsync(own, urls, default);
    }

    private SnapshotCatchUp CatchUp(IBlockStore store) => new(store, _client, _keys, new OneCore(), _folder, _told.Add)
    {
        BlocksAheadMin = AheadMin,
        Trust = _trust,
        BytesMax = 4 << 20,
    };

    private Task<(LedgerState State, ulong Iteration)> LoadAsync() =>
        ChainLoader.LoadAsync(_store, s_chain.Chain.Genesis, _keys, new OneCore(), default);

    private async Task IsTakenAsync(ulong height)
    {
        Assert.Equal((height, height), (_store.First, _store.Head));
        (LedgerState loaded, ulong iteration) = await LoadAsync();
        Assert.Equal(s_chain.StateAt(height).BlockHash, loaded.BlockHash);
        Assert.Equal(s_chain.RecordAt(height).Certificate!.Iteration, iteration);
        Assert.False(File.Exists(_folder.SnapshotPart));
        // What comes again is of no harm.
        Assert.Equal(height, (await CatchUp(_store).ResumeAsync(default))!.Height);
        Assert.Equal((height, height), (_store.First, _store.Head));
    }

    private sealed class OneCore : IParallelFor
    {
        public void For(int count, Action<int> body)
        {
            for (int i = 0; i < count; i++)
                body(i);
        }
    }

    private sealed class CrashException : Exception;

    /// <summary>Does so many changes, and no more.</summary>
    private sealed class CrashingStore(IBlockStore store, int changes) : IBlockStore
    {
        private int _left = changes;

        public ulong? First => store.First;

        public ulong? Head => store.Head;

        public ValueTask AppendAsync(IReadOnlyList<BlockEntry> batch, CancellationToken cancellation = default) => Spend().AppendAsync(batch, cancellation);

        public ValueTask DropBlocksAsync(CancellationToken cancellation = default) => Spend().DropBlocksAsync(cancellation);

        public ValueTask SaveSnapshotAsync(ulong height, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellation = default) =>
            Spend().SaveSnapshotAsync(height, write, cancellation);

        public ValueTask<ReadOnlyMemory<byte>> ReadAsync(ulong height, CancellationToken cancellation = default) => store.ReadAsync(height, cancellation);

        public IAsyncEnumerable<BlockEntry> ReadFromAsync(ulong height, CancellationToken cancellation = default) => store.ReadFromAsync(height, cancellation);

        public ValueTask PruneAsync(ulong below, CancellationToken cancellation = default) => store.PruneAsync(below, cancellation);

        public ValueTask<Snapshot?> OpenLatestSnapshotAsync(CancellationToken cancellation = default) => store.OpenLatestSnapshotAsync(cancellation);

        public ValueTask DisposeAsync() => store.DisposeAsync();

        private IBlockStore Spend() => _left-- > 0 ? store : throw new CrashException();
    }

    /// <summary>The head of a state, a count that no state has, and entries in ascending order for ever.</summary>
    private sealed class EndlessState(Stream state) : Stream
    {
        private const int HeadBytes = 8 + Hash256.Size;

        private readonly Queue<byte> _next = new(Start(state));
        private ulong _entries;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            while (_next.Count < count)
            {
                byte[] entry = new byte[Hash256.Size + sizeof(uint)];
                System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(entry, ++_entries);
                foreach (byte b in entry)
                    _next.Enqueue(b);
            }

            for (int i = 0; i < count; i++)
                buffer[offset + i] = _next.Dequeue();
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private static byte[] Start(Stream state)
        {
            byte[] head = new byte[HeadBytes + sizeof(uint)];
            state.ReadExactly(head);
            byte[] header = new byte[BitConverter.ToInt32(head, HeadBytes)];
            state.ReadExactly(header);
            return [.. head, .. header, .. Enumerable.Repeat((byte)0xff, sizeof(ulong))];
        }
    }
}
