using System.Numerics;

namespace Cess.LightClient.Tests.Verifier;

/// <summary>Something that a call has changed: module, event, and the fields as they were read.</summary>
internal sealed record ChainEvent(byte Module, byte Number, IReadOnlyList<object?> Fields);

/// <summary>What became of a transaction (docs/format/ledger.md, "Receipt").</summary>
internal sealed record ChainReceipt(Bytes32 Transaction, (byte Module, ushort Code)? Error, BigInteger Fee, IReadOnlyList<ChainEvent> Events)
{
    private const int EventsMax = 65_536;
    private const int TextBytesMax = 256;
    private const int MinersMax = 65_536 * 64;
    private const int EntriesMax = 1_024;

    /// <summary>
    /// Fields of the events in the order of their table: h 32 bytes, k key, $ amount, u uint, n uint below 2^32, w uint below
    /// 2^128, b one byte, t text, ? option of 32 bytes, m miners, r refused files, f failed calls, v accounts.
    /// </summary>
    private static readonly Dictionary<(byte, byte), string> s_fields = new()
    {
        [(1, 0)] = "hh$",
        [(2, 0)] = "nh", [(2, 1)] = "nu", [(2, 2)] = "nt", [(2, 3)] = "nh", [(2, 4)] = "n$",
        [(3, 0)] = "th", [(3, 1)] = "th", [(3, 2)] = "hhtum", [(3, 3)] = "nnr", [(3, 4)] = "hhnn", [(3, 5)] = "hhth?", [(3, 6)] = "hhtbm",
        [(3, 7)] = "hhthbm", [(3, 8)] = "hr",
        [(4, 0)] = "hnf",
        [(5, 0)] = "hk", [(5, 1)] = "hhu", [(5, 2)] = "hh", [(5, 3)] = "hh$",
        [(6, 0)] = "h$", [(6, 1)] = "h$u", [(6, 2)] = "h$", [(6, 3)] = "hb", [(6, 4)] = "hh$w", [(6, 5)] = "hh$u", [(6, 6)] = "h$b", [(6, 7)] = "h$$",
        [(6, 8)] = "uu$v", [(6, 9)] = "hh",
        [(7, 0)] = "nhu", [(7, 1)] = "nhb", [(7, 2)] = "nh", [(7, 3)] = "nhb",
    };

    public static ChainReceipt Read(ScaleInput input) => new(
        input.Hash(),
        input.Option() ? (input.U8(), input.U16()) : null,
        input.Amount(),
        ReadEvents(input));

    public static List<ChainEvent> ReadEvents(ScaleInput input) => input.Vector(EventsMax, ReadEvent);

    public static ChainEvent ReadEvent(ScaleInput input)
    {
        (byte module, byte number) = (input.U8(), input.U8());
        return s_fields.TryGetValue((module, number), out string? fields)
            ? new ChainEvent(module, number, [.. fields.Select(field => ReadField(input, field))])
            : throw new RefusedException($"There is no event {module} {number}.");
    }

    private static object? ReadField(ScaleInput input, char field) => field switch
    {
        'h' => input.Hash(),
        'k' => new VoteKey(input.Fixed(VoteKey.Size).Span),
        '$' => input.Amount(),
        'u' => input.Uint(),
        'n' => (uint)input.Compact(32),
        'w' => input.Compact(128),
        'b' => input.U8(),
        't' => input.Text(TextBytesMax),
        '?' => input.Option() ? input.Hash() : null,
        'm' => input.Vector(MinersMax, miner => (uint)miner.Compact(32)),
        'r' => input.Vector(EntriesMax, refused => (refused.Hash(), refused.U16())),
        'f' => input.Vector(EntriesMax, failed => ((uint)failed.Compact(32), failed.U8(), failed.U16())),
        'v' => input.Vector(EntriesMax, account => account.Hash()),
        _ => throw new ArgumentOutOfRangeException(nameof(field)),
    };
}
