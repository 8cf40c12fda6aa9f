using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Cess.Gateway.S3.Operations;

/// <summary>Where a listing goes on, opaque to clients: a version, and the name after which it does, in base64url.</summary>
internal static class ContinuationToken
{
    private const byte Version = 1;

    /// <summary>A version byte, and a listing's place, which is at most a key.</summary>
    private const int BytesMax = 1 + S3Limits.KeyBytesMax;

    public static string Write(string after)
    {
        byte[] token = new byte[1 + Encoding.UTF8.GetByteCount(after)];
        token[0] = Version;
        Encoding.UTF8.GetBytes(after, token.AsSpan(1));
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The name in a token; empty for none.</summary>
    /// <exception cref="S3Exception">InvalidArgument: no token of ours.</exception>
    public static string Read(string? token)
    {
        if (string.IsNullOrEmpty(token))
            return "";
        byte[] bytes = new byte[BytesMax];
        return token.Length <= Base64Url.GetEncodedLength(BytesMax)
            && Base64Url.DecodeFromChars(token, bytes, out _, out int length) == OperationStatus.Done
            && length > 1 && bytes[0] == Version && Utf8.IsValid(bytes.AsSpan(1, length - 1))
            ? Encoding.UTF8.GetString(bytes, 1, length - 1)
            : throw S3Request.InvalidArgument("continuation-token", token, "The continuation token provided is incorrect");
    }
}
