using Cess.Primitives;

namespace Cess.Coding;

/// <summary>
/// What is kept with an object beside its content, as it is sealed into the ledger by
/// <see cref="BucketKeys.SealMetadata"/>. In SCALE: version 1 (u8), ETag (string), headers, user metadata (each a vector of
/// name and value, strictly ascending by the names' code units).
/// </summary>
/// <param name="ETag">Without quotes: the plaintext's MD5 in hex, or for several parts "MD5 of their MD5s-count".</param>
/// <param name="Headers">Headers to give back on reads, names in lower case.</param>
/// <param name="UserMetadata">The user's own pairs, names in lower case.</param>
public sealed record ObjectMetadata(
    string ETag, IReadOnlyDictionary<string, string> Headers, IReadOnlyDictionary<string, string> UserMetadata)
    : IScaleValue<ObjectMetadata>
{
    private const byte Version = 1;

    /// <summary>Writes it.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteU8(Version);
        writer.WriteString(ETag);
        WritePairs(writer, Headers);
        WritePairs(writer, UserMetadata);
    }

    /// <summary>Reads it; every length is bounded by <see cref="CodingLimits"/>.</summary>
    public static ObjectMetadata Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        byte version = reader.ReadU8();
        if (version != Version)
            throw ScaleReader.Invalid(start, $"object metadata of version {version} is not known.");
        return new ObjectMetadata(reader.ReadString(CodingLimits.ETagBytesMax), ReadPairs(ref reader), ReadPairs(ref reader));
    }

    private static void WritePairs(ScaleWriter writer, IReadOnlyDictionary<string, string> pairs)
    {
        writer.WriteCount(pairs.Count);
        foreach ((string name, string value) in pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WriteString(name);
            writer.WriteString(value);
        }
    }

    private static Dictionary<string, string> ReadPairs(ref ScaleReader reader)
    {
        int count = reader.ReadCount(CodingLimits.MetadataPairsMax, elementBytesMin: 2);
        var pairs = new Dictionary<string, string>(count, StringComparer.Ordinal);
        string? last = null;
        for (int i = 0; i < count; i++)
        {
            int start = reader.Offset;
            string name = reader.ReadString(CodingLimits.MetadataTextBytesMax);
            if (last is not null && string.CompareOrdinal(last, name) >= 0)
                throw ScaleReader.Invalid(start, "names of metadata are strictly ascending.");
            pairs.Add(name, reader.ReadString(CodingLimits.MetadataTextBytesMax));
            last = name;
        }
        return pairs;
    }
}
