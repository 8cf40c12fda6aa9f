namespace Cess.Gateway.S3.Signing;

/// <summary>What x-amz-content-sha256 says of a body.</summary>
internal enum PayloadMode
{
    /// <summary>The body has the SHA-256 that the header names.</summary>
    Hashed,

    /// <summary>UNSIGNED-PAYLOAD.</summary>
    Unsigned,

    /// <summary>STREAMING-AWS4-HMAC-SHA256-PAYLOAD: chunks, each signed.</summary>
    SignedChunks,

    /// <summary>STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER: as before, and a signed trailer.</summary>
    SignedChunksAndTrailer,

    /// <summary>STREAMING-UNSIGNED-PAYLOAD-TRAILER: chunks and a trailer, not signed.</summary>
    UnsignedChunksAndTrailer,
}

/// <summary>Questions about payload modes.</summary>
internal static class PayloadModes
{
    /// <exception cref="S3Exception">InvalidArgument, or NotImplemented for SigV4A.</exception>
    public static PayloadMode Parse(string contentSha256) => contentSha256 switch
    {
        "UNSIGNED-PAYLOAD" => PayloadMode.Unsigned,
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => PayloadMode.SignedChunks,
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => PayloadMode.SignedChunksAndTrailer,
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => PayloadMode.UnsignedChunksAndTrailer,
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD" or "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER" =>
            throw new S3Exception(S3Errors.NotImplemented, "Signature Version 4A is not supported."),
        { Length: SigV4.HexHashSize } => PayloadMode.Hashed,
        _ => throw new S3Exception(
            S3Errors.InvalidArgument,
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
            + "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
            ("ArgumentName", "x-amz-content-sha256"), ("ArgumentValue", contentSha256)),
    };

    public static bool IsChunked(this PayloadMode mode) => mode >= PayloadMode.SignedChunks;

    public static bool HasSignedChunks(this PayloadMode mode) =>
        mode is PayloadMode.SignedChunks or PayloadMode.SignedChunksAndTrailer;

    public static bool HasTrailer(this PayloadMode mode) =>
        mode is PayloadMode.SignedChunksAndTrailer or PayloadMode.UnsignedChunksAndTrailer;
}
