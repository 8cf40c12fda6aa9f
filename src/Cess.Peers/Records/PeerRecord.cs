using Cess.Primitives;

namespace Cess.Peers;

/// <summary>
/// A validator's signed word on where it is reached. A higher sequence replaces a lower one. One node may carry several validators:
/// each has its record, with the same node key. At most <see cref="PeerLimits.RecordBytesMax"/> bytes.
/// </summary>
/// <param name="Genesis">Hash of the chain's genesis.</param>
/// <param name="Validator">The validator's account.</param>
/// <param name="Key">The key that it votes with, and signs this with.</param>
/// <param name="Node">The key of the node that speaks for it.</param>
/// <param name="Url">
/// Where that node listens: <c>https://host</c> or <c>https://host:port</c> in the one form that <see cref="TryCanonicalUrl"/>
/// gives.
/// </param>
/// <param name="Sequence">Larger than in all records of the validator before.</param>
/// <param name="Signature">Over <see cref="Digest"/>.</param>
public sealed record PeerRecord(
    Hash256 Genesis, AccountId Validator, PublicKey Key, PublicKey Node, string Url, ulong Sequence, Signature Signature)
    : IScaleValue<PeerRecord>
{
    /// <summary>Bytes of the shortest record.</summary>
    internal const int EncodedBytesMin = Hash256.Size + AccountId.Size + (2 * PublicKey.Size) + 1 + sizeof(ulong) + Signature.Size;

    private static ReadOnlySpan<byte> Domain => "cess/peer/1"u8;

    /// <summary>Where to connect to, and which key must be there.</summary>
    public PeerEndpoint Endpoint => new(Node, Url);

    /// <summary>Makes a record.</summary>
    /// <param name="genesis">Hash of the chain's genesis.</param>
    /// <param name="validator">The validator's account.</param>
    /// <param name="key">The key that it votes with.</param>
    /// <param name="node">Where it is reached.</param>
    /// <param name="sequence">Larger than in all records of the validator before.</param>
    /// <param name="sign">Signs a digest with the validator's key.</param>
    /// <exception cref="PeerException"><see cref="PeerError.UrlInvalid"/>.</exception>
    public static PeerRecord Create(
        Hash256 genesis, AccountId validator, PublicKey key, PeerEndpoint node, ulong sequence, Func<Hash256, Signature> sign)
    {
        if (!TryCanonicalUrl(node.Url, out string url) || url != node.Url)
            throw new PeerException(PeerError.UrlInvalid, $"\"{node.Url}\" is not https://host:port.");
        PeerRecord unsigned = new(genesis, validator, key, node.Node, url, sequence, default);
        return unsigned with { Signature = sign(unsigned.Digest()) };
    }

    /// <summary>What is signed: SHA-256 of <c>"cess/peer/1"</c> and all fields before the signature.</summary>
    public Hash256 Digest()
    {
        using ScaleWriter writer = new();
        writer.WriteFixed(Domain);
        EncodeFields(writer);
        return Hash256.Sha256(writer.WrittenSpan);
    }

    /// <summary>Whether the validator's key has signed it. Takes some 150 µs.</summary>
    public bool IsSigned()
    {
        if (!VerifyingKey.TryImport(Key, out VerifyingKey? key))
            return false;
        using (key)
            return key.Verify(Digest(), Signature);
    }

    /// <summary>
    /// The one form of a URL in a record: scheme, host in lower case, and the port if it is not 443; ASCII, and at most
    /// <see cref="PeerLimits.UrlBytesMax"/> bytes. False for what is no such URL, or has anything else in it.
    /// </summary>
    public static bool TryCanonicalUrl(string text, out string url)
    {
        url = "";
        if (text.Length > PeerLimits.UrlBytesMax || !text.All(char.IsAscii)
            || !Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme != Uri.UriSchemeHttps
            || uri.UserInfo.Length > 0 || uri.PathAndQuery != "/" || uri.Fragment.Length > 0 || uri.Host.Length == 0)
        {
            return false;
        }

        url = uri.GetLeftPart(UriPartial.Authority);
        return url.Length <= PeerLimits.UrlBytesMax;
    }

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        EncodeFields(writer);
        writer.Write(Signature);
    }

    /// <summary>Reads a record whose URL has the right form.</summary>
    public static PeerRecord Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        PeerRecord record = new(
            Hash256.Decode(ref reader),
            AccountId.Decode(ref reader),
            PublicKey.Decode(ref reader),
            PublicKey.Decode(ref reader),
            reader.ReadString(PeerLimits.UrlBytesMax),
            reader.ReadU64(),
            Signature.Decode(ref reader));
        return TryCanonicalUrl(record.Url, out string url) && url == record.Url
            ? record
            : throw ScaleReader.Invalid(start, "a record's URL is https://host:port, and nothing else.");
    }

    private void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Genesis);
        writer.Write(Validator);
        writer.Write(Key);
        writer.Write(Node);
        writer.WriteString(Url);
        writer.WriteU64(Sequence);
    }
}

/// <summary>A node where it is reached.</summary>
/// <param name="Node">The key that it must show.</param>
/// <param name="Url">Where it listens.</param>
public readonly record struct PeerEndpoint(PublicKey Node, string Url);
