namespace Cess.Primitives;

/// <summary>Why an amount has no value.</summary>
public enum BalanceError : byte
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>The result exceeds <see cref="Balance.MaxValue"/>.</summary>
    Overflow = 1,

    /// <summary>The result would be negative.</summary>
    Underflow = 2,

    /// <summary>A ratio has the denominator zero.</summary>
    DivisionByZero = 3,

    /// <summary>The text is no decimal number of tokens.</summary>
    MalformedText = 4,

    /// <summary>The text has more than <see cref="Balance.Decimals"/> digits behind the point.</summary>
    TooManyDecimals = 5,
}
