using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace Cess.Client.Objects;

/// <summary>
/// The ETag of content as it is read: its MD5 in hex, or of a multipart object the MD5 of its parts' MD5s, a hyphen, and their number.
/// </summary>
/// <remarks>
/// The frames of all parts are authentic by the time they come here, so all that a node can choose is which parts of the same file key
/// stand where: too little to find a collision with.
/// </remarks>
/// <param name="parts">How many parts there are.</param>
/// <param name="isMultipart">Which of the two it is.</param>
[SuppressMessage("Security", "CA5351", Justification = "An S3 ETag is the content's MD5; see the remarks.")]
internal sealed class ContentETag(int parts, bool isMultipart) : IDisposable
{
    private readonly IncrementalHash _part = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private readonly IncrementalHash _whole = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private int _at;

    /// <summary>Adds bytes of a part; parts come in their order, and empty ones not at all.</summary>
    public void Append(int part, ReadOnlySpan<byte> content)
    {
        EndPartsBefore(part);
        _part.AppendData(content);
    }

    /// <summary>The ETag of all.</summary>
    public string Finish()
    {
        if (!isMultipart)
            return Convert.ToHexStringLower(_part.GetHashAndReset());
        EndPartsBefore(parts);
        return string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(_whole.GetHashAndReset())}-{parts}");
    }

    public void Dispose()
    {
        _part.Dispose();
        _whole.Dispose();
    }

    private void EndPartsBefore(int part)
    {
        for (; _at < part; _at++)
            _whole.AppendData(_part.GetHashAndReset());
    }
}
