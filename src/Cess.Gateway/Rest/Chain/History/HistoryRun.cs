using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Cess.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Cess.Gateway.Rest.Chain.History;

/// <summary>What a run is sorted by; the number is the section's in the file.</summary>
internal enum HistoryKey
{
    /// <summary>The transactions' ids.</summary>
    Transaction = 0,

    /// <summary>The accounts that sent them.</summary>
    Sender = 1,

    /// <summary>The other accounts that they concern; see <see cref="TransactionParties"/>.</summary>
    Party = 2,
}

/// <summary>
/// A file with the transactions of consecutive blocks, sorted by id, by sender and by party; see docs/format/history.md. It never
/// changes; it can always be made again from the blocks, so what is wrong with one is no error but a reason to drop it.
/// </summary>
internal sealed class HistoryRun : IDisposable
{
    public const string NameEnd = ".history";
    public const string UnfinishedEnd = ".history.tmp";
    private const int HeaderBytes = 80;
    private const uint Version = 2;
    private const int BufferBytes = 256 << 10;
    private readonly SafeFileHandle _file;

    private HistoryRun(string path, SafeFileHandle file, ulong first, ulong last, long transactions, long parties) =>
        (Path, _file, First, Last, Transactions, Parties) = (path, file, first, last, transactions, parties);

    private static ReadOnlySpan<byte> Magic => "CESSHIST"u8;

    public string Path { get; }

    /// <summary>Height of its first block.</summary>
    public ulong First { get; }

    /// <summary>Height of its last block.</summary>
    public ulong Last { get; }

    /// <summary>Its transactions: the entries by id, and those by sender.</summary>
    public long Transactions { get; }

    /// <summary>The entries by party, of which a transaction can have none or many.</summary>
    public long Parties { get; }

    /// <summary>Entries of its longest section.</summary>
    public long EntriesMost => Math.Max(Transactions, Parties);

    /// <summary>Writes a run, under a temporary name until it is whole and on the disk, and opens it.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="genesis">The chain's first hash.</param>
    /// <param name="first">Height of the first block.</param>
    /// <param name="last">Height of the last block.</param>
    /// <param name="transactions">How many entries there are by id, and by sender.</param>
    /// <param name="parties">How many there are by party.</param>
    /// <param name="sorted">The entries in order, asked for once a key.</param>
    public static HistoryRun Write(
        string folder, Hash256 genesis, ulong first, ulong last, long transactions, long parties,
        Func<HistoryKey, IEnumerable<HistoryEntry>> sorted)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{first:d20}-{last:d20}");
        string path = System.IO.Path.Combine(folder, name + NameEnd);
        string temporary = System.IO.Path.Combine(folder, name + UnfinishedEnd);
        using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            byte[] buffer = new byte[BufferBytes];
            WriteHeader(buffer, genesis, first, last, transactions, parties);
            int filled = HeaderBytes;
            foreach (HistoryKey key in Enum.GetValues<HistoryKey>())
            {
                foreach (HistoryEntry entry in sorted(key))
                {
                    if (filled + HistoryEntry.Bytes > buffer.Length)
                        Flush();
                    entry.Write(buffer.AsSpan(filled));
                    filled += HistoryEntry.Bytes;
                }
            }
            Flush();
            file.Write(hash.GetHashAndReset());
            file.Flush(flushToDisk: true);

            void Flush()
            {
                hash.AppendData(buffer.AsSpan(0, filled));
                file.Write(buffer.AsSpan(0, filled));
                filled = 0;
            }
        }
        File.Move(temporary, path, overwrite: true);
        return new HistoryRun(path, File.OpenHandle(path), first, last, transactions, parties);
    }

    /// <summary>Opens a run and checks every byte of it; null if it isn't a whole one of this chain.</summary>
    public static HistoryRun? TryOpen(string path, Hash256 genesis)
    {
        SafeFileHandle file = File.OpenHandle(path);
        byte[] header = new byte[HeaderBytes];
        if (RandomAccess.Read(file, header, 0) == HeaderBytes)
        {
            ulong first = BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(16));
            ulong last = BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(24));
            long transactions = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(32));
            long parties = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(40));
            byte[] expected = new byte[HeaderBytes];
            WriteHeader(expected, genesis, first, last, transactions, parties);
            // The length first: counts that are none would make nonsense of the rest.
            long length = RandomAccess.GetLength(file) - HeaderBytes - SHA256.HashSizeInBytes;
            if (header.AsSpan().SequenceEqual(expected) && first <= last && IsLengthOf(length, transactions, parties)
                && HasRightHash(file, HeaderBytes + length))
            {
                return new HistoryRun(path, file, first, last, transactions, parties);
            }
        }
        file.Dispose();
        return null;
    }

    /// <summary>Places of the entries with a key below a place, the greatest first.</summary>
    public IEnumerable<ulong> Descending(HistoryKey by, ulong key, ulong below)
    {
        long start = SectionStart(by);
        (long low, long high) = (0, CountOf(by));
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (At(start, middle).CompareTo(new HistoryEntry(key, below)) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        for (long at = low - 1; at >= 0 && At(start, at) is var entry && entry.Key == key; at--)
            yield return entry.Place;
    }

    /// <summary>All entries in order.</summary>
    public IEnumerable<HistoryEntry> All(HistoryKey by)
    {
        byte[] buffer = new byte[BufferBytes];
        (long start, long count) = (SectionStart(by), CountOf(by));
        for (long at = 0; at < count;)
        {
            int wanted = (int)Math.Min(buffer.Length, (count - at) * HistoryEntry.Bytes);
            ReadFully(start + (at * HistoryEntry.Bytes), buffer.AsSpan(0, wanted));
            for (int offset = 0; offset < wanted; offset += HistoryEntry.Bytes, at++)
                yield return HistoryEntry.Read(buffer.AsSpan(offset));
        }
    }

    public void Dispose() => _file.Dispose();

    private static void WriteHeader(Span<byte> header, Hash256 genesis, ulong first, ulong last, long transactions, long parties)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], first);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], last);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], transactions);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], parties);
        genesis.WriteTo(header[48..]);
    }

    /// <summary>Whether sections of so many entries have so many bytes, whatever the numbers.</summary>
    private static bool IsLengthOf(long length, long transactions, long parties)
    {
        long entries = length / HistoryEntry.Bytes;
        return length % HistoryEntry.Bytes == 0 && transactions >= 0 && transactions <= entries / 2 && parties == entries - (2 * transactions);
    }

    private static bool HasRightHash(SafeFileHandle file, long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[BufferBytes];
        for (long at = 0; at < length;)
        {
            int count = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - at)), at);
            if (count == 0)
                return false;
            hash.AppendData(buffer.AsSpan(0, count));
            at += count;
        }
        byte[] stored = new byte[SHA256.HashSizeInBytes];
        return RandomAccess.Read(file, stored, length) == stored.Length && hash.GetHashAndReset().AsSpan().SequenceEqual(stored);
    }

    private long CountOf(HistoryKey by) => by == HistoryKey.Party ? Parties : Transactions;

    /// <summary>The sections before it are all of transactions.</summary>
    private long SectionStart(HistoryKey by) => HeaderBytes + ((long)by * Transactions * HistoryEntry.Bytes);

    private HistoryEntry At(long start, long index)
    {
        Span<byte> bytes = stackalloc byte[HistoryEntry.Bytes];
        ReadFully(start + (index * HistoryEntry.Bytes), bytes);
        return HistoryEntry.Read(bytes);
    }

    private void ReadFully(long offset, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = RandomAccess.Read(_file, bytes, offset);
            if (count == 0)
                throw new EndOfStreamException($"'{Path}' has become shorter.");
            bytes = bytes[count..];
            offset += count;
        }
    }
}
