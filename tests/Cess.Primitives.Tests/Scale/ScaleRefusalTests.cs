namespace Cess.Primitives.Tests;

public class ScaleRefusalTests
{
    private delegate void Reading(ref ScaleReader reader);

    private enum Colour : byte
    {
        Red = 0,
        Blue = 7,
    }

    [Theory]
    [InlineData("0100")] // 0 in two bytes
    [InlineData("FD00")] // 63 in two bytes
    [InlineData("02000000")] // 0 in four bytes
    [InlineData("FEFF0000")] // 16383 in four bytes
    [InlineData("0300000000")] // 0 in five bytes
    [InlineData("03FFFFFF3F")] // 2^30 - 1 in five bytes
    [InlineData("07FFFFFFFF00")] // 2^32 - 1 in six bytes
    [InlineData("13FFFFFFFFFFFFFF00")] // 2^56 - 1 in nine bytes
    public void A_compact_integer_that_has_a_shorter_form_is_refused(string hex)
    {
        Refused(hex, ScaleError.NonMinimalCompact, 0, (ref r) => r.ReadCompactU64());
        Refused(hex, ScaleError.NonMinimalCompact, 0, (ref r) => r.ReadCompactU128());
    }

    [Fact]
    public void A_wide_compact_integer_that_has_a_shorter_form_is_refused()
    {
        for (int length = 5; length <= 16; length++)
        {
            byte[] bytes = [(byte)(((length - 4) << 2) | 3), .. Enumerable.Repeat((byte)0xFF, length - 1), 0];
            Refused(Convert.ToHexString(bytes), ScaleError.NonMinimalCompact, 0, (ref r) => r.ReadCompactU128());
        }
    }

    [Fact]
    public void A_compact_integer_that_exceeds_its_type_is_refused()
    {
        Refused("070000000001", ScaleError.CompactTooLarge, 0, (ref r) => r.ReadCompactU32());
        Refused("17000000000000000001", ScaleError.CompactTooLarge, 0, (ref r) => r.ReadCompactU64());
        Refused("37" + new string('F', 34), ScaleError.CompactTooLarge, 0, (ref r) => r.ReadCompactU128());
        Refused("FF" + new string('F', 134), ScaleError.CompactTooLarge, 0, (ref r) => r.ReadCompactU128());
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("020001")]
    [InlineData("03000000")]
    [InlineData("13FFFFFFFFFFFFFF")]
    public void A_compact_integer_that_is_cut_off_is_refused(string hex)
    {
        Refused(hex, ScaleError.UnexpectedEnd, null, (ref r) => r.ReadCompactU64());
        Refused(hex, ScaleError.UnexpectedEnd, null, (ref r) => r.ReadCompactU128());
    }

    [Fact]
    public void Integers_that_are_cut_off_are_refused()
    {
        Refused("", ScaleError.UnexpectedEnd, 0, (ref r) => r.ReadU8());
        Refused("00", ScaleError.UnexpectedEnd, 0, (ref r) => r.ReadU16());
        Refused("000000", ScaleError.UnexpectedEnd, 0, (ref r) => r.ReadU32());
        Refused("00000000000000", ScaleError.UnexpectedEnd, 0, (ref r) => r.ReadU64());
        Refused(new string('0', 30), ScaleError.UnexpectedEnd, 0, (ref r) => r.ReadU128());
        Refused(new string('0', 62), ScaleError.UnexpectedEnd, 0, (ref r) => Hash256.Decode(ref r));
    }

    [Theory]
    [InlineData("02")]
    [InlineData("FF")]
    public void A_boolean_other_than_0_or_1_is_refused(string hex)
    {
        Refused(hex, ScaleError.InvalidBool, 0, (ref r) => r.ReadBool());
        Refused(hex, ScaleError.InvalidOption, 0, (ref r) => r.ReadOption());
    }

    [Fact]
    public void A_discriminant_without_a_variant_is_refused()
    {
        Assert.Equal(Colour.Blue, new ScaleReader([7]).ReadEnum<Colour>());
        Refused("01", ScaleError.UnknownVariant, 0, (ref r) => r.ReadEnum<Colour>());
        Refused("FF", ScaleError.UnknownVariant, 0, (ref r) => r.ReadEnum<Colour>());
    }

    [Fact]
    public void An_enumeration_wider_than_a_byte_is_a_programming_error()
    {
        Assert.Throws<NotSupportedException>(() => new ScaleReader([0]).ReadEnum<DayOfWeek>());
        using ScaleWriter writer = new();
        Assert.Throws<NotSupportedException>(() => writer.WriteEnum(DayOfWeek.Monday));
    }

    [Fact]
    public void A_byte_vector_over_its_bound_is_refused_even_if_it_is_all_there() =>
        Refused("0C010203", ScaleError.TooLong, 0, (ref r) => r.ReadBytes(lengthMax: 2));

    [Fact]
    public void A_byte_vector_longer_than_the_input_is_refused() =>
        Refused("0C0102", ScaleError.UnexpectedEnd, 1, (ref r) => r.ReadBytes(lengthMax: 3));

    [Fact]
    public void A_length_of_four_gigabytes_is_refused_before_anything_is_allocated()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused("03FFFFFFFF", ScaleError.UnexpectedEnd, null, (ref r) => r.ReadBytes(int.MaxValue), ScaleError.TooLong);
        Refused("03FFFFFF7F", ScaleError.UnexpectedEnd, null, (ref r) => r.ReadBytes(int.MaxValue));
        Refused("03FFFFFF7F", ScaleError.UnexpectedEnd, null, (ref r) => r.ReadString(int.MaxValue));
        Refused("03FFFFFF7F", ScaleError.UnexpectedEnd, null, (ref r) => r.ReadVector<Hash256>(int.MaxValue));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void A_count_over_its_bound_or_beyond_the_input_is_refused()
    {
        Refused("0C000000", ScaleError.TooMany, 0, (ref r) => r.ReadCount(countMax: 2));
        Refused("0C0000", ScaleError.UnexpectedEnd, 0, (ref r) => r.ReadCount(countMax: 3));
        Refused("0C0000000000", ScaleError.UnexpectedEnd, 0, (ref r) => r.ReadCount(countMax: 3, elementBytesMin: 2));
        Assert.Equal(3, new ScaleReader([12, 0, 0, 0, 0, 0, 0]).ReadCount(countMax: 3, elementBytesMin: 2));
        Assert.Equal(3, new ScaleReader([12]).ReadCount(countMax: 3, elementBytesMin: 0));
    }

    [Fact]
    public void A_bound_below_zero_allows_nothing()
    {
        Refused("00", ScaleError.TooLong, 0, (ref r) => r.ReadBytes(lengthMax: -1));
        Refused("00", ScaleError.TooMany, 0, (ref r) => r.ReadCount(countMax: -1));
    }

    [Theory]
    [InlineData("08C0AF")] // overlong '/'
    [InlineData("0CEDA080")] // surrogate U+D800
    [InlineData("04C3")] // cut off
    [InlineData("10F4908080")] // beyond U+10FFFF
    [InlineData("0480")] // continuation alone
    public void Text_that_is_not_well_formed_is_refused(string hex) =>
        Refused(hex, ScaleError.InvalidUtf8, 0, (ref r) => r.ReadString(bytesMax: 16));

    [Fact]
    public void A_lone_surrogate_is_refused_and_leaves_the_writer_as_it_was()
    {
        using ScaleWriter writer = new();
        writer.WriteU8(1);
        ScaleException e = Assert.Throws<ScaleException>(() => writer.WriteString("a\uD800"));
        Assert.Equal(ScaleError.InvalidUtf8, e.Error);
        Assert.Equal([1], writer.ToArray());
    }

    [Fact]
    public void Bytes_behind_the_value_are_refused()
    {
        byte[] bytes = new byte[33];
        ScaleException e = Assert.Throws<ScaleException>(() => Scale.Decode<Hash256>(bytes));
        Assert.Equal((ScaleError.TrailingBytes, 32), (e.Error, e.Offset));
    }

    [Fact]
    public void The_offset_of_an_error_counts_from_the_start_of_the_input() =>
        Refused("00000002", ScaleError.InvalidBool, 3, (ref r) =>
        {
            r.ReadFixed(3);
            r.ReadBool();
        });

    [Fact]
    public void TryDecode_answers_with_the_code()
    {
        Assert.False(Scale.TryDecode(new byte[31], out Hash256 _, out ScaleError error));
        Assert.Equal(ScaleError.UnexpectedEnd, error);
        Assert.True(Scale.TryDecode(new byte[32], out Hash256 hash, out error));
        Assert.Equal((Hash256.Zero, ScaleError.None), (hash, error));
    }

    [Fact]
    public void Nesting_is_followed_to_its_bound_and_no_further()
    {
        byte[] deepest = [.. Enumerable.Repeat((byte)1, PrimitivesLimits.ScaleDepthMax - 1), 0];
        Assert.Equal(PrimitivesLimits.ScaleDepthMax, Scale.Decode<Nest>(deepest).Depth);

        byte[] deeper = [1, .. deepest];
        ScaleException e = Assert.Throws<ScaleException>(() => Scale.Decode<Nest>(deeper));
        Assert.Equal(ScaleError.TooDeep, e.Error);
    }

    private static void Refused(string hex, ScaleError error, int? offset, Reading read, ScaleError? orElse = null)
    {
        ScaleException e = Assert.Throws<ScaleException>(() =>
        {
            ScaleReader reader = new(Convert.FromHexString(hex));
            read(ref reader);
        });
        Assert.Contains(e.Error, (ScaleError[])[error, orElse ?? error]);
        if (offset is not null)
            Assert.Equal(offset, e.Offset);
    }

    private sealed class Nest : IScaleValue<Nest>
    {
        public Nest? Inner { get; private init; }

        public int Depth => 1 + (Inner?.Depth ?? 0);

        public static Nest Decode(ref ScaleReader reader) => new() { Inner = reader.ReadOptional<Nest>() };

        public void Encode(ScaleWriter writer) => writer.WriteOption(Inner);
    }
}
