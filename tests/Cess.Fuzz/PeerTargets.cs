using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Cess.Consensus.Messages;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Tests;
using Cess.Peers;
using Cess.Primitives;
using ConsensusSamples = Cess.Consensus.Tests.Samples;

namespace Cess.Fuzz;

/// <summary>What other nodes send: records, links' frames, and the chain that they give.</summary>
public static class PeerTargets
{
    /// <summary>What a frame, or a snapshot's block, is given room for before any of it has come.</summary>
    private const long BytesAtFirst = 64 * 1024;

    private static readonly LedgerState s_state = Samples.Genesis.ToState();

    private static readonly PeerEndpoint s_node = new(Samples.Bob.Key.PublicKey, "https://192.0.2.7:9100");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("peer-record", [.. Records().Select(Scale.Encode)], bytes => IsSame<PeerRecord>(bytes, record => record.Digest()), IsRefusal),
        new("peer-records", [Scale.Encode(PeerRecords.Of([])), Scale.Encode(PeerRecords.Of(Records()))], ReadRecords, IsRefusal),
        new("peer-url", [.. Urls()], ReadUrl, IsRefusal),
        new("link-frames", [.. Frames()], ReadFrames, IsRefusal) { BytesAtFirst = BytesAtFirst },
        new("transaction-list", [.. Lists()], ReadList, IsRefusal),
        new("final-blocks", [Scale.Encode(ConsensusSamples.Messages.Values.OfType<FinalBlocks>().First() as ConsensusMessage), OwnBlocks()], ReadBlocks, IsRefusal),
        new("peer-handovers", [Handovers(0), Handovers(1), Handovers(3)], bytes => IsSame<PeerHandovers>(bytes, _ => { }), IsRefusal),
        new("snapshot-answer", [SnapshotAnswer()], ReadSnapshot, IsRefusal) { BytesAtFirst = BytesAtFirst },
    ];

    private static bool IsRefusal(Exception e) => e is ScaleException or PeerException or LedgerException;

    private static bool IsSame<T>(byte[] bytes, Action<T> use)
        where T : IScaleValue<T>
    {
        T value = Scale.Decode<T>(bytes);
        use(value);
        return Scale.Encode(value).AsSpan().SequenceEqual(bytes) ? true : throw new FuzzException("it is written back as something else");
    }

    private static PeerRecord[] Records() =>
    [
        Record(Samples.Alice, s_node),
        Record(Samples.Bob, new PeerEndpoint(Samples.Alice.Key.PublicKey, "https://[2001:db8::7]")),
    ];

    private static PeerRecord Record(TestAccount account, PeerEndpoint node) =>
        PeerRecord.Create(s_state.Genesis, account.Id, account.Key.PublicKey, node, 1_700_000_000_000, account.Key.Sign);

    /// <summary>Also into a book that knows one of the validators.</summary>
    private static bool ReadRecords(byte[] bytes) => IsSame<PeerRecords>(bytes, read =>
    {
        PeerBook book = new(s_state.Genesis, new OneValidator());
        int refused = book.Add(read.Records);
        Require(book.Records.Count + refused == read.Records.Length, "a record is neither taken nor refused");
    });

    private static IEnumerable<byte[]> Urls() =>
        ((string[])["https://192.0.2.7:9100", "https://example.org", "https://[2001:db8::7]:7000"]).Select(Encoding.UTF8.GetBytes);

    private static bool ReadUrl(byte[] bytes)
    {
        if (!PeerRecord.TryCanonicalUrl(Encoding.UTF8.GetString(bytes), out string url))
            return false;
        Require(PeerRecord.TryCanonicalUrl(url, out string again) && again == url, $"the form of {url} is not its own");
        Require(Uri.TryCreate(url + "/peer/v1/blocks?above=1", UriKind.Absolute, out _), $"no path fits on {url}");
        return true;
    }

    private static IEnumerable<byte[]> Frames()
    {
        byte[][] messages = [.. ConsensusSamples.Messages.Values.Select(Message)];
        foreach (byte[] message in messages)
            yield return message;
        foreach (byte[] list in Lists())
            yield return Frame(new LinkFrame(FrameKind.Transactions, default, default, list));
        yield return [.. messages[0], .. Frame(new LinkFrame(FrameKind.Transactions, default, default, Lists().Last())), .. messages[^1]];
    }

    private static byte[] Message(ConsensusMessage message) =>
        Frame(new LinkFrame(FrameKind.Consensus, Samples.Alice.Id, Samples.Bob.Id, Scale.Encode(message)));

    private static byte[] Frame(LinkFrame frame)
    {
        ArrayBufferWriter<byte> writer = new();
        frame.WriteHead(writer);
        writer.Write(frame.Body.Span);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>As the door reads a link, and the host what it is given.</summary>
    private static bool ReadFrames(byte[] bytes)
    {
        FrameReader frames = new(new MemoryStream(bytes));
        while (Now(frames.ReadHeaderAsync(default)) is var (kind, length))
        {
            if (kind == FrameKind.Consensus)
            {
                _ = Now(frames.ReadAddressAsync(length, default));
                byte[] message = Now(frames.ReadAsync(length - (2 * AccountId.Size), default));
                Require(Scale.Encode(Scale.Decode<ConsensusMessage>(message)).AsSpan().SequenceEqual(message), "a message is written back as another");
            }
            else
            {
                ReadList(Now(frames.ReadAsync(length, default)));
            }
        }

        return true;
    }

    private static IEnumerable<byte[]> Lists() =>
    [
        TransactionList.Encode([Samples.Known.Bytes]).Single(),
        TransactionList.Encode([Samples.Revealing.Bytes, Samples.OfSeveral.Bytes, Samples.Known.Bytes]).Single(),
    ];

    private static bool ReadList(byte[] bytes)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> transactions = TransactionList.Decode(bytes);
        Require(
            transactions.Count == 0 || TransactionList.Encode(transactions).SelectMany(list => list).SequenceEqual(bytes) || bytes.Length > PeerLimits.TransactionsFrameBytesMax,
            "the list is written back as another");
        foreach (ReadOnlyMemory<byte> transaction in transactions)
            _ = Ledger.Transactions.SignedTransaction.TryDecode(transaction, out _, out _);
        return true;
    }

    /// <summary>Blocks that follow the state which they are checked against, so that the checks behind that are reached.</summary>
    private static byte[] OwnBlocks()
    {
        Block block = BlockExecutor.Execute(s_state, new BlockContext(s_state.Header.TimeMs + 1, Samples.Alice.Id), []).Block;
        return Scale.Encode<ConsensusMessage>(new FinalBlocks([block], [], new Certificate(block.Header.ComputeHash(), 1, [])));
    }

    private static bool ReadBlocks(byte[] bytes)
    {
        if (Scale.Decode<ConsensusMessage>(bytes) is not FinalBlocks blocks)
            return false;
        using PublicKeyCache keys = new(4);
        Require(blocks.Verify(s_state, keys) != Consensus.ConsensusError.None, "blocks without certificates are final");
        return true;
    }

    private static byte[] Handovers(int count) => PeerHandovers.Join([.. Enumerable.Repeat<ReadOnlyMemory<byte>>(Scale.Encode(Samples.Handover), count)]);

    private static byte[] SnapshotAnswer()
    {
        byte[] block = Scale.Encode(Samples.Record);
        using MemoryStream answer = new();
        byte[] length = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)block.Length);
        answer.Write(length);
        answer.Write(block);
        // A memory stream never waits.
        StateSnapshot.WriteAsync(s_state, answer).AsTask().GetAwaiter().GetResult();
        return answer.ToArray();
    }

    /// <summary>As a node that takes a state reads it; the state is another block's than the one before it, and both are checked.</summary>
    private static bool ReadSnapshot(byte[] bytes)
    {
        using MemoryStream answer = new(bytes);
        ValueTask<byte[]> block = new(SnapshotBlock.ReadAsync(answer, default));
        _ = Scale.Decode<BlockRecord>(Now(block)).HasItsContent();
        StateSnapshot.Check(answer, s_state.Genesis, s_state.Header);
        return true;
    }

    /// <summary>Of a stream that never waits.</summary>
    private static T Now<T>(ValueTask<T> read) => read.IsCompleted ? read.AsTask().GetAwaiter().GetResult() : throw new FuzzException("it waits");

    private static void Require(bool isSo, string otherwise)
    {
        if (!isSo)
            throw new FuzzException(otherwise);
    }

    private sealed class OneValidator : IPeerValidators
    {
        public IReadOnlySet<AccountId> Local { get; } = new HashSet<AccountId>();

        public PublicKey KeyOf(AccountId local) => throw new KeyNotFoundException();

        public Signature Sign(AccountId local, Hash256 digest) => throw new KeyNotFoundException();

        public bool IsKnown(AccountId validator, PublicKey key) => validator == Samples.Bob.Id && key == Samples.Bob.Key.PublicKey;
    }
}
