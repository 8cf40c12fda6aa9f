namespace Cess.Gateway.S3;

/// <summary>Bounds of the S3 door. Sizes are bytes unless a name says otherwise; those that S3 has are S3's.</summary>
public static class S3Limits
{
    /// <summary>Length of an object key in UTF-8.</summary>
    public const int KeyBytesMax = 1_024;

    /// <summary>All header names and values of a request together.</summary>
    public const int HeaderBytesMax = 8 * 1_024;

    /// <summary>Names (without x-amz-meta-) and values of the user metadata together.</summary>
    public const int MetadataBytesMax = 2 * 1_024;

    /// <summary>Parameters in a query string.</summary>
    public const int QueryParametersMax = 64;

    /// <summary>Characters of a request target that Kestrel takes: a key in percent-encoding and a presigned query.</summary>
    public const int RequestLineBytesMax = 16 * 1_024;

    /// <summary>Requests that are answered at a time, unless the options say otherwise; further ones get SlowDown.</summary>
    public const int RequestsInFlightMax = 2_048;

    /// <summary>Content of one PutObject or UploadPart.</summary>
    public const long PutBytesMax = 5L << 30;

    /// <summary>Content of one object, however it was uploaded.</summary>
    public const long ObjectBytesMax = 5L << 40;

    /// <summary>Number of the last part of a multipart upload.</summary>
    public const int PartNumberMax = 10_000;

    /// <summary>An XML body; see <see cref="XmlBatchBytesMax"/> for the two that name many things.</summary>
    public const int XmlBytesMax = 1 << 20;

    /// <summary>The XML body of DeleteObjects or CompleteMultipartUpload.</summary>
    public const int XmlBatchBytesMax = 2 << 20;

    /// <summary>Elements inside each other in an XML body.</summary>
    public const int XmlDepthMax = 8;

    /// <summary>Nodes of an XML body: ten thousand indented parts with four elements each.</summary>
    public const int XmlNodesMax = 250_000;

    /// <summary>Characters inside one element of an XML body.</summary>
    public const int XmlTextLengthMax = 4 * 1_024;

    /// <summary>The line that begins a chunk of an aws-chunked body.</summary>
    public const int ChunkLineBytesMax = 256;

    /// <summary>Every chunk but the last has at least so many bytes.</summary>
    public const int ChunkBytesMin = 8 * 1_024;

    /// <summary>Everything behind the last chunk of an aws-chunked body.</summary>
    public const int TrailerBytesMax = 4 * 1_024;

    /// <summary>Fields in the trailer of an aws-chunked body, its signature not counted.</summary>
    public const int TrailersMax = 4;

    /// <summary>Entries in one page of any listing.</summary>
    public const int PageMax = 1_000;

    /// <summary>Keys in one DeleteObjects.</summary>
    public const int DeletesMax = 1_000;

    /// <summary>Deletes of one DeleteObjects that are under way at a time.</summary>
    public const int DeletesInFlightMax = 32;

    /// <summary>Plaintext between the reading and the writing half of a server-side copy.</summary>
    public const int CopyBufferBytes = 1 << 20;

    /// <summary>A block of a connection's buffers.</summary>
    public const int TransportBlockBytes = 64 * 1_024;

    /// <summary>Blocks that are kept when no connection uses them.</summary>
    public const int FreeTransportBlocksMax = 256;

    /// <summary>Connections that one door has open at a time; more are closed at once.</summary>
    public const int ConnectionsMax = 4_096;

    /// <summary>Received bytes, and bytes to send, that a connection holds before it waits for the other side; each.</summary>
    public const int ConnectionBufferBytes = 256 * 1_024;

    /// <summary>Derived signing keys that are kept; a few accounts times a day's date each.</summary>
    public const int SigningKeysMax = 4_096;

    /// <summary>Characters of SignedHeaders, in the header or the query.</summary>
    public const int SignedHeadersLengthMax = 2 * 1_024;

    /// <summary>Characters of a multipart upload's id.</summary>
    public const int UploadIdLengthMax = 64;

    /// <summary>Characters of an access key id.</summary>
    public const int AccessKeyIdLengthMax = 128;

    /// <summary>How far a request's time may be from ours.</summary>
    public static readonly TimeSpan ClockSkewMax = TimeSpan.FromMinutes(15);

    /// <summary>How long a presigned URL may be valid.</summary>
    public static readonly TimeSpan PresignedLifetimeMax = TimeSpan.FromDays(7);
}
