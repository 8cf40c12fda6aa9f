using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Cess.Gateway.S3.Signing;

/// <summary>
/// The canonical form of a request that its signature covers. S3's own rules: the path is encoded once and never normalised.
/// </summary>
internal static class CanonicalRequest
{
    private static readonly Comparer<(string Name, string Value)> ByNameThenValue =
        Comparer<(string Name, string Value)>.Create(static (left, right) =>
        {
            int names = string.CompareOrdinal(left.Name, right.Name);
            return names != 0 ? names : string.CompareOrdinal(left.Value, right.Value);
        });

    /// <summary>Appends the canonical request.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="method">HTTP method.</param>
    /// <param name="target">Path and query as received.</param>
    /// <param name="headers">Headers as received.</param>
    /// <param name="signedHeaders">Names in lower case, with semicolons between them.</param>
    /// <param name="payload">What x-amz-content-sha256 says, or UNSIGNED-PAYLOAD for a presigned request.</param>
    public static void Append(
        PooledBuffer buffer, string method, S3Target target, IHeaderDictionary headers, string signedHeaders, string payload)
    {
        buffer.Append(method);
        buffer.Append((byte)'\n');
        PercentEncoding.AppendCanonicalPath(buffer, target.RawPath);
        buffer.Append((byte)'\n');
        AppendQuery(buffer, target.Query);
        buffer.Append((byte)'\n');
        foreach (Range range in signedHeaders.AsSpan().Split(';'))
        {
            string name = signedHeaders[range];
            buffer.Append(name);
            buffer.Append((byte)':');
            AppendValues(buffer, headers[name]);
            buffer.Append((byte)'\n');
        }

        buffer.Append((byte)'\n');
        buffer.Append(signedHeaders);
        buffer.Append((byte)'\n');
        buffer.Append(payload);
    }

    /// <summary>Parameters sorted by encoded name, then encoded value; the signature itself left out.</summary>
    private static void AppendQuery(PooledBuffer buffer, S3Query query)
    {
        if (query.Parameters.Count == 0)
            return;
        var encoded = new (string Name, string Value)[query.Parameters.Count];
        int count = 0;
        foreach (S3Query.Parameter parameter in query.Parameters)
        {
            if (parameter.Name != "X-Amz-Signature")
                encoded[count++] = (PercentEncoding.Encode(parameter.Name), PercentEncoding.Encode(parameter.Value));
        }

        Array.Sort(encoded, 0, count, ByNameThenValue);
        for (int i = 0; i < count; i++)
        {
            if (i > 0)
                buffer.Append((byte)'&');
            buffer.Append(encoded[i].Name);
            buffer.Append((byte)'=');
            buffer.Append(encoded[i].Value);
        }
    }

    private static void AppendValues(PooledBuffer buffer, StringValues values)
    {
        for (int i = 0; i < values.Count; i++)
        {
            if (i > 0)
                buffer.Append((byte)',');
            AppendTrimmed(buffer, values[i]);
        }
    }

    /// <summary>Without white space around it, and with one space for each run of them inside.</summary>
    private static void AppendTrimmed(PooledBuffer buffer, ReadOnlySpan<char> value)
    {
        value = value.Trim(" \t");
        while (true)
        {
            int run = value.IndexOf("  ", StringComparison.Ordinal);
            if (run < 0)
            {
                buffer.Append(value);
                return;
            }

            buffer.Append(value[..(run + 1)]);
            value = value[run..].TrimStart(' ');
        }
    }
}
