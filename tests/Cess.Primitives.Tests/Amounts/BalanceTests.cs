using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Primitives.Tests;

public class BalanceTests
{
    private const string MaxText = "340282366920938463463.374607431768211455";

    public static TheoryData<string, string> Texts => new()
    {
        // Text, units.
        { "0", "0" },
        { "1", "1000000000000000000" },
        { "12.5", "12500000000000000000" },
        { "0.000000000000000001", "1" },
        { "0.1", "100000000000000000" },
        { "1000000000.000000000000000001", "1000000000000000000000000001" },
        { MaxText, "340282366920938463463374607431768211455" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_and_units_agree(string text, string units)
    {
        Balance balance = new(UInt128.Parse(units, null));
        Assert.Equal(balance, Balance.Parse(text));
        Assert.Equal(text, balance.ToString());
    }

    [Theory]
    [InlineData("007.50", "7.5")]
    [InlineData("0.0", "0")]
    [InlineData("1.000000000000000000", "1")]
    public void Needless_zeros_are_read_but_not_written(string text, string written) =>
        Assert.Equal(written, Balance.Parse(text).ToString());

    [Theory]
    [InlineData("", BalanceError.MalformedText)]
    [InlineData(".", BalanceError.MalformedText)]
    [InlineData(".5", BalanceError.MalformedText)]
    [InlineData("5.", BalanceError.MalformedText)]
    [InlineData("-1", BalanceError.MalformedText)]
    [InlineData("+1", BalanceError.MalformedText)]
    [InlineData(" 1", BalanceError.MalformedText)]
    [InlineData("1 ", BalanceError.MalformedText)]
    [InlineData("1,5", BalanceError.MalformedText)]
    [InlineData("1e3", BalanceError.MalformedText)]
    [InlineData("1.2.3", BalanceError.MalformedText)]
    [InlineData("0x10", BalanceError.MalformedText)]
    [InlineData("١", BalanceError.MalformedText)]
    [InlineData("0.0000000000000000001", BalanceError.TooManyDecimals)]
    [InlineData("340282366920938463463.374607431768211456", BalanceError.Overflow)]
    [InlineData("340282366920938463464", BalanceError.Overflow)]
    [InlineData("99999999999999999999999999999999999999999999", BalanceError.Overflow)]
    public void Text_that_is_no_amount_is_refused_with_its_reason(string text, BalanceError expected)
    {
        Assert.False(Balance.TryParse(text, out Balance balance, out BalanceError error));
        Assert.Equal((Balance.Zero, expected), (balance, error));
        Assert.Equal(expected, Assert.Throws<BalanceException>(() => Balance.Parse(text)).Error);
    }

    [Fact]
    public void Every_amount_comes_back_from_its_text_and_its_scale() =>
        Prop.ForAll(Generate.Integer().ToArbitrary(), units =>
        {
            Balance balance = new(units);
            byte[] bytes = Scale.Encode(balance);
            return Balance.Parse(balance.ToString()) == balance && bytes.Length == 16 && Scale.Decode<Balance>(bytes) == balance;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Scale_form_is_a_little_endian_u128() =>
        Assert.Equal("000064A7B3B6E00D0000000000000000", Convert.ToHexString(Scale.Encode(Balance.OneToken)));

    [Fact]
    public void Sums_and_differences_are_exact_or_refused() =>
        Prop.ForAll(Generate.Integer().ToArbitrary(), Generate.Integer().ToArbitrary(), (a, b) =>
        {
            (Balance left, Balance right) = (new(a), new(b));
            BigInteger sum = (BigInteger)a + b;
            BigInteger difference = (BigInteger)a - b;
            bool sumFits = sum <= UInt128.MaxValue;
            bool differenceFits = difference >= 0;

            return left.TryAdd(right, out Balance s) == sumFits && s.Units == (sumFits ? sum : 0)
                && left.TrySubtract(right, out Balance d) == differenceFits && d.Units == (differenceFits ? difference : 0)
                && Outcome(() => left + right) == (sumFits ? BalanceError.None : BalanceError.Overflow)
                && Outcome(() => left - right) == (differenceFits ? BalanceError.None : BalanceError.Underflow);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_ratio_is_exact_in_256_bits_and_rounds_as_named() =>
        Prop.ForAll(Generate.Integer().ToArbitrary(), Generate.Integer().ToArbitrary(), Generate.Integer().ToArbitrary(), (a, n, d) =>
        {
            Balance balance = new(a);
            if (d == UInt128.Zero)
                return Outcome(() => balance.MulDivFloor(n, d)) == BalanceError.DivisionByZero
                    && Outcome(() => balance.MulDivCeiling(n, d)) == BalanceError.DivisionByZero;

            BigInteger product = (BigInteger)a * n;
            BigInteger floor = product / d;
            BigInteger ceiling = (product + d - 1) / d;
            return Is(floor, () => balance.MulDivFloor(n, d)) && Is(ceiling, () => balance.MulDivCeiling(n, d));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void A_product_is_exact_or_refused()
    {
        Assert.Equal(Balance.FromTokens(15), Balance.FromTokens(5).Multiply(3));
        Assert.Equal(BalanceError.Overflow, Outcome(() => Balance.MaxValue.Multiply(2)));
        Assert.Equal(Balance.MaxValue, Balance.MaxValue.MulDivFloor(UInt128.MaxValue, UInt128.MaxValue));
        Assert.Equal(BalanceError.Overflow, Outcome(() => Balance.MaxValue.MulDivCeiling(UInt128.MaxValue, UInt128.MaxValue - 1)));
    }

    [Fact]
    public void Order_is_by_amount()
    {
        (Balance one, Balance two) = (Balance.FromTokens(1), Balance.FromTokens(2));
        Assert.True(one < two && two > one && one <= two && two >= one && one.CompareTo(two) < 0);
        Assert.Equal(one, Balance.Min(two, one));
        Assert.Equal(two, Balance.Max(two, one));
        Assert.True(Balance.Zero.IsZero && !one.IsZero);
        Assert.Equal("18446744073709551615", Balance.FromTokens(ulong.MaxValue).ToString());
    }

    private static bool Is(BigInteger expected, Func<Balance> compute) =>
        expected > UInt128.MaxValue ? Outcome(compute) == BalanceError.Overflow : compute().Units == expected;

    private static BalanceError Outcome(Func<Balance> compute)
    {
        try
        {
            compute();
            return BalanceError.None;
        }
        catch (BalanceException e)
        {
            return e.Error;
        }
    }
}
