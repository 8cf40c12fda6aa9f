using System.Diagnostics.CodeAnalysis;

namespace Cess.Primitives;

/// <summary>
/// Encodes and decodes whole values as SCALE, the format of Parity's <c>parity-scale-codec</c> and of the Polkadot
/// Protocol Specification, appendix A.2 (spec.polkadot.network/id-cryptography-encoding#sect-scale-codec).
/// </summary>
public static class Scale
{
    [ThreadStatic]
    private static ScaleWriter? t_writer;

    /// <summary>The encoding of <paramref name="value"/>.</summary>
    /// <exception cref="ScaleException">The value exceeds a bound.</exception>
    public static byte[] Encode<T>(T value)
        where T : IScaleValue<T>
    {
        ScaleWriter writer = Rent();
        try
        {
            value.Encode(writer);
            return writer.ToArray();
        }
        finally
        {
            Return(writer);
        }
    }

    /// <summary>SHA-256 of the encoding of <paramref name="value"/>, without keeping the encoding.</summary>
    /// <exception cref="ScaleException">The value exceeds a bound.</exception>
    public static Hash256 Sha256<T>(T value)
        where T : IScaleValue<T>
    {
        ScaleWriter writer = Rent();
        try
        {
            value.Encode(writer);
            return Hash256.Sha256(writer.WrittenSpan);
        }
        finally
        {
            Return(writer);
        }
    }

    /// <summary>The value whose encoding is all of <paramref name="bytes"/>.</summary>
    /// <exception cref="ScaleException">The bytes are no such value, or more than one.</exception>
    public static T Decode<T>(ReadOnlySpan<byte> bytes)
        where T : IScaleValue<T>
    {
        ScaleReader reader = new(bytes);
        T value = reader.Read<T>();
        reader.EnsureEnd();
        return value;
    }

    /// <summary>As <see cref="Decode{T}"/>, but a fault in the bytes is an answer.</summary>
    /// <param name="bytes">The input.</param>
    /// <param name="value">The value, if the answer is true.</param>
    /// <param name="error">What is wrong with the bytes, if the answer is false.</param>
    public static bool TryDecode<T>(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out T value, out ScaleError error)
        where T : IScaleValue<T>
    {
        try
        {
            value = Decode<T>(bytes);
            error = ScaleError.None;
            return true;
        }
        catch (ScaleException e)
        {
            value = default;
            error = e.Error;
            return false;
        }
    }

    private static ScaleWriter Rent()
    {
        // Taken out for the time of use: an Encode that calls Scale.Encode itself gets a writer of its own.
        ScaleWriter writer = t_writer ?? new ScaleWriter();
        t_writer = null;
        return writer;
    }

    private static void Return(ScaleWriter writer)
    {
        writer.Clear();
        if (writer.Capacity > PrimitivesLimits.ScaleBufferKeptBytesMax)
            writer.Dispose();
        else
            t_writer = writer;
    }
}
