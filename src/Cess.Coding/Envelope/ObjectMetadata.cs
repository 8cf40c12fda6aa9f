using System.Collections.Immutable;
using System.Text;
using Cess.Primitives;

namespace Cess.Coding;

/// <summary>
/// What is kept with an object besides its content, by every door alike. In SCALE: version 1, the ETag, then the headers and
/// the user metadata, each a vector of pairs of strings in strictly ascending order of their names. Encrypted with
/// <see cref="BucketKeys.EncryptMetadata"/> it stands in the file's record.
/// </summary>
public sealed class ObjectMetadata : IScaleValue<ObjectMetadata>, IEquatable<ObjectMetadata>
{
    private const byte Version = 1;
    private const int EntryBytesMin = 2;

    /// <summary>Makes metadata.</summary>
    /// <param name="etag">Without quotes: MD5 of the content in hex, or "md5-of-md5s-N" for a multipart object; ASCII.</param>
    /// <param name="headers">Headers to give back on reads, such as content-type; names as <see cref="IsName"/> demands.</param>
    /// <param name="user">User metadata, names without "x-amz-meta-".</param>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>: a name is malformed, or something is too long.</exception>
    public ObjectMetadata(
        string etag, IEnumerable<KeyValuePair<string, string>> headers, IEnumerable<KeyValuePair<string, string>> user)
    {
        if (etag.Length > CodingLimits.ETagCharsMax || !Ascii.IsValid(etag))
            throw new CodingException(CodingError.LengthInvalid, $"an ETag has at most {CodingLimits.ETagCharsMax} ASCII characters");
        ETag = etag;
        Headers = Sorted(headers);
        User = Sorted(user);
        EncodedLength = Scale.Encode(this).Length;
        if (EncodedLength > CodingLimits.MetadataBytesMax)
            throw new CodingException(CodingError.LengthInvalid, $"metadata of {EncodedLength} bytes, of {CodingLimits.MetadataBytesMax}");
    }

    private ObjectMetadata(string etag, ImmutableSortedDictionary<string, string> headers, ImmutableSortedDictionary<string, string> user, int length)
    {
        ETag = etag;
        Headers = headers;
        User = user;
        EncodedLength = length;
    }

    /// <summary>Without quotes.</summary>
    public string ETag { get; }

    /// <summary>Headers, by name.</summary>
    public ImmutableSortedDictionary<string, string> Headers { get; }

    /// <summary>User metadata, by name.</summary>
    public ImmutableSortedDictionary<string, string> User { get; }

    /// <summary>Bytes of its encoding, at most <see cref="CodingLimits.MetadataBytesMax"/>.</summary>
    public int EncodedLength { get; }

    /// <summary>Whether a text may name an entry: 1 to 128 characters of '!' to '~', none of them upper-case.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 128 && name.All(character => character is > ' ' and <= '~' && !char.IsAsciiLetterUpper(character));

    /// <summary>Writes version, ETag, headers and user metadata.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteU8(Version);
        writer.WriteString(ETag);
        Write(writer, Headers);
        Write(writer, User);
    }

    /// <summary>Reads metadata; refuses what it would write otherwise.</summary>
    public static ObjectMetadata Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        if (reader.ReadU8() != Version)
            throw ScaleReader.Invalid(start, $"metadata is of version {Version}.");
        string etag = reader.ReadString(CodingLimits.ETagCharsMax);
        if (!Ascii.IsValid(etag))
            throw ScaleReader.Invalid(start, "an ETag is ASCII.");
        ImmutableSortedDictionary<string, string> headers = Read(ref reader);
        ImmutableSortedDictionary<string, string> user = Read(ref reader);
        int length = reader.Offset - start;
        return length <= CodingLimits.MetadataBytesMax
            ? new ObjectMetadata(etag, headers, user, length)
            : throw ScaleReader.Invalid(start, $"metadata has at most {CodingLimits.MetadataBytesMax} bytes.");
    }

    /// <inheritdoc/>
    public bool Equals(ObjectMetadata? other) =>
        other is not null && ETag == other.ETag && Headers.SequenceEqual(other.Headers) && User.SequenceEqual(other.User);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ObjectMetadata);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ETag, Headers.Count, User.Count);

    private static ImmutableSortedDictionary<string, string> Sorted(IEnumerable<KeyValuePair<string, string>> entries)
    {
        var sorted = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in entries)
        {
            if (!IsName(name))
                throw new CodingException(CodingError.LengthInvalid, $"'{name}' is no name of a metadata entry");
            sorted[name] = value;
        }
        return sorted.Count <= CodingLimits.MetadataEntriesMax
            ? sorted.ToImmutable()
            : throw new CodingException(CodingError.LengthInvalid, $"{sorted.Count} metadata entries, of {CodingLimits.MetadataEntriesMax}");
    }

    private static void Write(ScaleWriter writer, ImmutableSortedDictionary<string, string> entries)
    {
        writer.WriteCount(entries.Count);
        foreach ((string name, string value) in entries)
        {
            writer.WriteString(name);
            writer.WriteString(value);
        }
    }

    private static ImmutableSortedDictionary<string, string> Read(ref ScaleReader reader)
    {
        var entries = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        int count = reader.ReadCount(CodingLimits.MetadataEntriesMax, EntryBytesMin);
        string last = "";
        for (int i = 0; i < count; i++)
        {
            int start = reader.Offset;
            string name = reader.ReadString(CodingLimits.MetadataBytesMax);
            if (!IsName(name) || string.CompareOrdinal(name, last) <= 0)
                throw ScaleReader.Invalid(start, "names of entries are printable lower-case ASCII and ascend.");
            entries.Add(name, reader.ReadString(CodingLimits.MetadataBytesMax));
            last = name;
        }
        return entries.ToImmutable();
    }
}
