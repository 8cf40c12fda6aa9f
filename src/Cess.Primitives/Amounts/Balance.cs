using System.Globalization;

namespace Cess.Primitives;

/// <summary>
/// An amount of tokens, counted in units of 10^-18 token. Never negative; arithmetic that leaves the range is an error
/// and never wraps.
/// </summary>
/// <param name="Units">The amount in units of 10^-18 token.</param>
public readonly record struct Balance(UInt128 Units) : IComparable<Balance>, IScaleValue<Balance>
{
    /// <summary>Digits behind the point of a token.</summary>
    public const int Decimals = 18;

    private const ulong UnitsPerToken = 1_000_000_000_000_000_000;

    /// <summary>Nothing.</summary>
    public static Balance Zero => default;

    /// <summary>One token: 10^18 units.</summary>
    public static Balance OneToken => new(UnitsPerToken);

    /// <summary>2^128 - 1 units, about 3.4·10^20 tokens.</summary>
    public static Balance MaxValue => new(UInt128.MaxValue);

    /// <summary>True for nothing.</summary>
    public bool IsZero => Units == UInt128.Zero;

    /// <summary>A whole number of tokens. Every <see cref="ulong"/> fits.</summary>
    public static Balance FromTokens(ulong tokens) => new((UInt128)tokens * UnitsPerToken);

    /// <summary>The smaller of both.</summary>
    public static Balance Min(Balance left, Balance right) => left <= right ? left : right;

    /// <summary>The larger of both.</summary>
    public static Balance Max(Balance left, Balance right) => left >= right ? left : right;

    /// <summary>False if the sum exceeds <see cref="MaxValue"/>.</summary>
    public bool TryAdd(Balance other, out Balance sum)
    {
        UInt128 units = unchecked(Units + other.Units);
        bool fits = units >= Units;
        sum = fits ? new Balance(units) : default;
        return fits;
    }

    /// <summary>False if the difference would be negative.</summary>
    public bool TrySubtract(Balance other, out Balance difference)
    {
        bool fits = other.Units <= Units;
        difference = fits ? new Balance(Units - other.Units) : default;
        return fits;
    }

    /// <summary>This amount <paramref name="factor"/> times.</summary>
    /// <exception cref="BalanceException"><see cref="BalanceError.Overflow"/>.</exception>
    public Balance Multiply(UInt128 factor) => MulDivFloor(factor, UInt128.One);

    /// <summary>
    /// This amount times <paramref name="numerator"/> / <paramref name="denominator"/>, rounded down to a unit. The
    /// product is taken in 256 bits, so only the result must fit.
    /// </summary>
    /// <exception cref="BalanceException"><see cref="BalanceError.Overflow"/>, <see cref="BalanceError.DivisionByZero"/>.</exception>
    public Balance MulDivFloor(UInt128 numerator, UInt128 denominator) =>
        new(MulDiv(numerator, denominator, out _));

    /// <summary>As <see cref="MulDivFloor"/>, but rounded up to a unit.</summary>
    /// <exception cref="BalanceException"><see cref="BalanceError.Overflow"/>, <see cref="BalanceError.DivisionByZero"/>.</exception>
    public Balance MulDivCeiling(UInt128 numerator, UInt128 denominator)
    {
        UInt128 quotient = MulDiv(numerator, denominator, out UInt128 remainder);
        return remainder == UInt128.Zero ? new Balance(quotient) : new Balance(quotient) + new Balance(UInt128.One);
    }

    /// <summary>
    /// Reads a number of tokens: digits, then optionally a point and 1 to 18 digits. No sign, exponent, grouping or
    /// white space, in no culture.
    /// </summary>
    /// <exception cref="BalanceException">
    /// <see cref="BalanceError.MalformedText"/>, <see cref="BalanceError.TooManyDecimals"/> or <see cref="BalanceError.Overflow"/>.
    /// </exception>
    public static Balance Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out Balance balance, out BalanceError error)
            ? balance
            : throw new BalanceException(error, $"\"{text[..Math.Min(text.Length, 64)]}\" is no amount of tokens.");

    /// <summary>As <see cref="Parse"/>, but a fault in the text is an answer.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Balance balance, out BalanceError error)
    {
        balance = default;
        int point = text.IndexOf('.');
        ReadOnlySpan<char> whole = point < 0 ? text : text[..point];
        ReadOnlySpan<char> fraction = point < 0 ? [] : text[(point + 1)..];

        error = BalanceError.MalformedText;
        if (whole.IsEmpty || (point >= 0 && fraction.IsEmpty))
            return false;
        if (whole.ContainsAnyExceptInRange('0', '9') || fraction.ContainsAnyExceptInRange('0', '9'))
            return false;

        error = BalanceError.TooManyDecimals;
        if (fraction.Length > Decimals)
            return false;

        error = BalanceError.Overflow;
        if (!UInt128.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 tokens)
            || tokens > UInt128.MaxValue / UnitsPerToken)
        {
            return false;
        }

        Span<char> padded = stackalloc char[Decimals];
        padded.Fill('0');
        fraction.CopyTo(padded);
        ulong units = ulong.Parse(padded, NumberStyles.None, CultureInfo.InvariantCulture);
        if (!new Balance(tokens * UnitsPerToken).TryAdd(new Balance(units), out balance))
            return false;

        error = BalanceError.None;
        return true;
    }

    /// <summary>The number of tokens as <see cref="Parse"/> reads it, without needless zeros: <c>12.5</c>, <c>0</c>.</summary>
    public override string ToString()
    {
        (UInt128 whole, UInt128 fraction) = UInt128.DivRem(Units, UnitsPerToken);
        string tokens = whole.ToString(CultureInfo.InvariantCulture);
        if (fraction == UInt128.Zero)
            return tokens;

        string digits = ((ulong)fraction).ToString("D18", CultureInfo.InvariantCulture);
        return $"{tokens}.{digits.AsSpan().TrimEnd('0')}";
    }

    /// <inheritdoc/>
    public int CompareTo(Balance other) => Units.CompareTo(other.Units);

    /// <summary>Writes the units as u128: 16 bytes, little-endian.</summary>
    public void Encode(ScaleWriter writer) => writer.WriteU128(Units);

    /// <summary>Reads the units as u128.</summary>
    public static Balance Decode(ref ScaleReader reader) => new(reader.ReadU128());

    /// <summary>The sum.</summary>
    /// <exception cref="BalanceException"><see cref="BalanceError.Overflow"/>.</exception>
    public static Balance operator +(Balance left, Balance right) =>
        left.TryAdd(right, out Balance sum)
            ? sum
            : throw new BalanceException(BalanceError.Overflow, $"{left} + {right} exceeds the largest amount.");

    /// <summary>The difference.</summary>
    /// <exception cref="BalanceException"><see cref="BalanceError.Underflow"/>.</exception>
    public static Balance operator -(Balance left, Balance right) =>
        left.TrySubtract(right, out Balance difference)
            ? difference
            : throw new BalanceException(BalanceError.Underflow, $"{left} - {right} is below zero.");

    /// <summary>Order by amount.</summary>
    public static bool operator <(Balance left, Balance right) => left.Units < right.Units;

    /// <summary>Order by amount.</summary>
    public static bool operator >(Balance left, Balance right) => left.Units > right.Units;

    /// <summary>Order by amount.</summary>
    public static bool operator <=(Balance left, Balance right) => left.Units <= right.Units;

    /// <summary>Order by amount.</summary>
    public static bool operator >=(Balance left, Balance right) => left.Units >= right.Units;

    private UInt128 MulDiv(UInt128 numerator, UInt128 denominator, out UInt128 remainder)
    {
        if (denominator == UInt128.Zero)
            throw new BalanceException(BalanceError.DivisionByZero, $"{this} cannot be divided by zero.");

        WideProduct product = WideProduct.Of(Units, numerator);
        if (!product.TryDivide(denominator, out UInt128 quotient, out remainder))
            throw new BalanceException(BalanceError.Overflow, $"{this} times {numerator}/{denominator} exceeds the largest amount.");
        return quotient;
    }
}
