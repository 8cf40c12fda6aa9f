namespace Cess.Primitives;

/// <summary>
/// A value with one SCALE encoding: decoding what was encoded gives an equal value, and encoding what was decoded gives
/// the same bytes. Hashes and signatures cover encodings, so an implementation accepts no second form of a value.
/// </summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IScaleValue<TSelf>
    where TSelf : IScaleValue<TSelf>
{
    /// <summary>Appends this value.</summary>
    /// <exception cref="ScaleException">The value exceeds the writer's bound.</exception>
    void Encode(ScaleWriter writer);

    /// <summary>Takes one value from the reader and leaves the reader behind it.</summary>
    /// <exception cref="ScaleException">The next bytes are no such value.</exception>
    static abstract TSelf Decode(ref ScaleReader reader);
}
