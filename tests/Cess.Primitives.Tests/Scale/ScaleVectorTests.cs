namespace Cess.Primitives.Tests;

/// <summary>
/// Vectors published with Parity's codec (parity-scale-codec, tests in src/compact.rs and src/codec.rs) and in the
/// type table of the Substrate documentation of SCALE.
/// </summary>
public class ScaleVectorTests
{
    public static TheoryData<ulong, string> CompactVectors => new()
    {
        { 0, "00" },
        { 1, "04" },
        { 42, "a8" },
        { 63, "fc" },
        { 64, "0101" },
        { 69, "1501" },
        { 16383, "fdff" },
        { 16384, "02000100" },
        { 1073741823, "feffffff" },
        { 1073741824, "0300000040" },
        { (1UL << 32) - 1, "03ffffffff" },
        { 1UL << 32, "070000000001" },
        { 1UL << 40, "0b000000000001" },
        { 100000000000000, "0b00407a10f35a" },
        { 1UL << 48, "0f00000000000001" },
        { (1UL << 56) - 1, "0fffffffffffffff" },
        { 1UL << 56, "130000000000000001" },
        { ulong.MaxValue, "13ffffffffffffffff" },
    };

    public static TheoryData<int, int> CompactLengths => new()
    {
        // Bits set (the value is 2^bits), bytes of the encoding.
        { 64, 10 }, { 72, 11 }, { 80, 12 }, { 88, 13 }, { 96, 14 }, { 104, 15 }, { 112, 16 }, { 120, 17 },
    };

    [Theory]
    [MemberData(nameof(CompactVectors))]
    public void Compact_integers_have_the_published_form(ulong value, string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Equal(bytes, Written(w => w.WriteCompact(value)));
        Assert.Equal(bytes, Written(w => w.WriteCompact((UInt128)value)));
        Assert.Equal(value, new ScaleReader(bytes).ReadCompactU64());
        Assert.Equal(value, new ScaleReader(bytes).ReadCompactU128());
        if (value <= uint.MaxValue)
            Assert.Equal(value, new ScaleReader(bytes).ReadCompactU32());
    }

    [Theory]
    [MemberData(nameof(CompactLengths))]
    public void Compact_integers_above_64_bits_have_the_published_length(int bits, int length)
    {
        UInt128 value = UInt128.One << bits;
        byte[] bytes = Written(w => w.WriteCompact(value));
        Assert.Equal(length, bytes.Length);
        Assert.Equal(value, new ScaleReader(bytes).ReadCompactU128());
    }

    [Fact]
    public void The_largest_compact_integer_has_17_bytes()
    {
        byte[] bytes = Written(w => w.WriteCompact(UInt128.MaxValue));
        Assert.Equal("33" + new string('F', 32), Convert.ToHexString(bytes));
        Assert.Equal(UInt128.MaxValue, new ScaleReader(bytes).ReadCompactU128());
    }

    [Fact]
    public void Fixed_width_integers_are_little_endian()
    {
        Assert.Equal("2A00", Hex(w => w.WriteU16(42)));
        Assert.Equal("FFFFFF00", Hex(w => w.WriteU32(16777215)));
        Assert.Equal("0102030405060708", Hex(w => w.WriteU64(0x0807060504030201)));
        Assert.Equal("01" + new string('0', 30), Hex(w => w.WriteU128(UInt128.One)));
        Assert.Equal("45", Hex(w => w.WriteU8(69)));
        Assert.Equal(42, new ScaleReader([0x2A, 0x00]).ReadU16());
        Assert.Equal(16777215u, new ScaleReader([0xFF, 0xFF, 0xFF, 0x00]).ReadU32());
        Assert.Equal(0x0807060504030201ul, new ScaleReader([1, 2, 3, 4, 5, 6, 7, 8]).ReadU64());
    }

    [Fact]
    public void A_vector_of_u16_has_the_published_form()
    {
        ushort[] values = [4, 8, 15, 16, 23, 42];
        Assert.Equal("18040008000F00100017002A00", Hex(w =>
        {
            w.WriteCount(values.Length);
            foreach (ushort value in values)
                w.WriteU16(value);
        }));
    }

    [Fact]
    public void A_vector_of_options_has_the_published_form() =>
        Assert.Equal("0C010101FF00", Hex(w =>
        {
            w.WriteCount(3);
            w.WriteOption(isPresent: true);
            w.WriteU8(1);
            w.WriteOption(isPresent: true);
            w.WriteU8(0xFF);
            w.WriteOption(isPresent: false);
        }));

    [Fact]
    public void Strings_have_the_published_form()
    {
        string[] titles =
        [
            "Hamlet",
            "Война и мир",
            "三国演义",
            "\u0623\u064E\u0644\u0652\u0641 \u0644\u064E\u064A\u0652\u0644\u064E\u0629 \u0648\u064E\u0644\u064E\u064A\u0652\u0644\u064E\u0629\u200E",
        ];
        const string expected =
            "101848616D6C657450D092D0BED0B9D0BDD0B020D0B820D0BCD0B8D18030E4B889E59BBDE6BC94E4B989BCD8A3D98ED984D992D98120D984"
            + "D98ED98AD992D984D98ED8A920D988D98ED984D98ED98AD992D984D98ED8A9E2808E";

        Assert.Equal(expected, Hex(w =>
        {
            w.WriteCount(titles.Length);
            foreach (string title in titles)
                w.WriteString(title);
        }));

        ScaleReader reader = new(Convert.FromHexString(expected));
        int count = reader.ReadCount(countMax: 4);
        List<string> read = [];
        for (int i = 0; i < count; i++)
            read.Add(reader.ReadString(bytesMax: 100));
        reader.EnsureEnd();
        Assert.Equal(titles, read);
    }

    [Fact]
    public void Booleans_are_one_byte()
    {
        Assert.Equal("0100", Hex(w =>
        {
            w.WriteBool(true);
            w.WriteBool(false);
        }));
        Assert.True(new ScaleReader([1]).ReadBool());
        Assert.False(new ScaleReader([0]).ReadBool());
    }

    private static byte[] Written(Action<ScaleWriter> write)
    {
        using ScaleWriter writer = new();
        write(writer);
        return writer.ToArray();
    }

    private static string Hex(Action<ScaleWriter> write) => Convert.ToHexString(Written(write));
}
