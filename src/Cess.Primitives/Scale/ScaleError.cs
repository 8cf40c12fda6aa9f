namespace Cess.Primitives;

/// <summary>What is wrong with bytes that should be SCALE, or with a value that should become SCALE.</summary>
public enum ScaleError : byte
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>The input ends before the value does. A length or count that exceeds the remaining input is this, too.</summary>
    UnexpectedEnd = 1,

    /// <summary>The value ends before the input does.</summary>
    TrailingBytes = 2,

    /// <summary>A compact integer is not in its shortest form.</summary>
    NonMinimalCompact = 3,

    /// <summary>A compact integer exceeds the type that it is read as.</summary>
    CompactTooLarge = 4,

    /// <summary>A boolean is neither 0 nor 1.</summary>
    InvalidBool = 5,

    /// <summary>An option's first byte is neither 0 nor 1.</summary>
    InvalidOption = 6,

    /// <summary>A string is not well-formed UTF-8 (or, when encoding, not well-formed UTF-16).</summary>
    InvalidUtf8 = 7,

    /// <summary>A discriminant names no variant of the enumeration.</summary>
    UnknownVariant = 8,

    /// <summary>A byte vector, a string or an encoding is longer than its bound.</summary>
    TooLong = 9,

    /// <summary>A vector has more elements than its bound.</summary>
    TooMany = 10,

    /// <summary>Values are nested deeper than <see cref="PrimitivesLimits.ScaleDepthMax"/>.</summary>
    TooDeep = 11,

    /// <summary>The bytes are SCALE, but the value breaks a rule of its own type.</summary>
    InvalidValue = 12,
}
