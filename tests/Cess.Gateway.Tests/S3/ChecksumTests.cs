using Cess.Gateway.S3.Checksums;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Gateway.Tests.S3;

public sealed class ChecksumTests
{
    public static TheoryData<string> Crcs => new("CRC32", "CRC32C", "CRC64NVME");

    [Theory]
    [InlineData("CRC32", "cbf43926")]
    [InlineData("CRC32C", "e3069283")]
    [InlineData("CRC64NVME", "ae8b14860a799888")]
    [InlineData("SHA1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441")]
    [InlineData("SHA256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225")]
    public void The_check_string_has_its_known_checksum(string name, string expected)
    {
        using RunningChecksum checksum = new(Algorithm(name));
        checksum.Append("123456789"u8);
        Assert.Equal(expected, Convert.ToHexStringLower(checksum.Finish()));
    }

    /// <summary>RFC 3720, B.4, and the test vectors of CRC-64/NVME in the NVM Command Set Specification.</summary>
    [Theory]
    [InlineData("CRC32C", 0x00, 32, "8a9136aa")]
    [InlineData("CRC32C", 0xff, 32, "62a8ab43")]
    [InlineData("CRC64NVME", 0x00, 4096, "6482d367eb22b64e")]
    [InlineData("CRC64NVME", 0xff, 4096, "c0ddba7302eca3ac")]
    public void Runs_of_one_byte_have_their_published_checksums(string name, byte value, int count, string expected)
    {
        byte[] data = new byte[count];
        Array.Fill(data, value);
        using RunningChecksum checksum = new(Algorithm(name));
        checksum.Append(data);
        Assert.Equal(expected, Convert.ToHexStringLower(checksum.Finish()));
    }

    [Theory]
    [MemberData(nameof(Crcs))]
    public void Folding_tables_and_bit_by_bit_division_agree_at_every_length(string name)
    {
        ReflectedCrc crc = Algorithm(name).Crc!;
        byte[] data = new byte[700];
        new Random(1).NextBytes(data);
        for (int length = 0; length <= data.Length; length++)
        {
            ulong expected = BitByBit(crc, PolynomialOf(name), data.AsSpan(0, length));
            Assert.Equal(expected, crc.Append(crc.Start, data.AsSpan(0, length)));
            Assert.Equal(expected, crc.Slice(crc.Start, data.AsSpan(0, length)));
        }
    }

    [Theory]
    [MemberData(nameof(Crcs))]
    public void Bytes_may_come_in_any_pieces(string name)
    {
        ReflectedCrc crc = Algorithm(name).Crc!;
        Prop.ForAll<byte[], NonNegativeInt, NonNegativeInt>((seed, cut, repeat) =>
        {
            byte[] data = [.. Enumerable.Repeat(seed, 1 + (repeat.Get % 40)).SelectMany(bytes => bytes)];
            int split = data.Length == 0 ? 0 : cut.Get % (data.Length + 1);
            ulong whole = crc.Append(crc.Start, data);
            return whole == crc.Append(crc.Append(crc.Start, data.AsSpan(0, split)), data.AsSpan(split));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [MemberData(nameof(Crcs))]
    public void The_checksum_of_a_whole_follows_from_those_of_its_parts(string name)
    {
        ReflectedCrc crc = Algorithm(name).Crc!;
        Prop.ForAll<byte[], byte[]>((first, second) =>
        {
            ulong whole = crc.Finish(crc.Append(crc.Append(crc.Start, first), second));
            return whole == crc.Combine(
                crc.Finish(crc.Append(crc.Start, first)), crc.Finish(crc.Append(crc.Start, second)), second.Length);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [MemberData(nameof(Crcs))]
    public void A_full_object_checksum_is_that_of_all_bytes(string name)
    {
        ChecksumAlgorithm algorithm = Algorithm(name);
        byte[][] parts = ["first part "u8.ToArray(), [], "second part"u8.ToArray(), new byte[10_000]];
        string expected = Convert.ToBase64String(Checksum(algorithm, [.. parts.SelectMany(part => part)]));
        Assert.Equal(expected, MultipartChecksum.FullObject(
            algorithm, [.. parts.Select(part => (Checksum(algorithm, part), (long)part.Length))]));
    }

    [Fact]
    public void A_composite_checksum_is_that_of_the_parts_checksums_with_their_number()
    {
        byte[] first = Checksum(ChecksumAlgorithm.Sha256, "a"u8.ToArray());
        byte[] second = Checksum(ChecksumAlgorithm.Sha256, "b"u8.ToArray());
        string expected = Convert.ToBase64String(Checksum(ChecksumAlgorithm.Sha256, [.. first, .. second])) + "-2";
        Assert.Equal(expected, MultipartChecksum.Composite(ChecksumAlgorithm.Sha256, [(first, 1), (second, 1)]));
    }

    [Theory]
    [InlineData("CRC32", "y/Q5Jg==", true)]
    [InlineData("CRC32", "y/Q5Jg", false)]
    [InlineData("CRC32", "rosUhgp5mIg=", false)]
    [InlineData("CRC32", "", false)]
    [InlineData("CRC64NVME", "rosUhgp5mIg=", true)]
    [InlineData("SHA256", "!!!!", false)]
    public void Only_base64_of_the_right_length_is_a_checksum(string name, string text, bool valid)
    {
        Assert.Equal(valid, Algorithm(name).TryDecode(text, out _));
    }

    private static ChecksumAlgorithm Algorithm(string name) =>
        ChecksumAlgorithm.TryByName(name, out ChecksumAlgorithm? algorithm) ? algorithm : throw new ArgumentException(name);

    private static byte[] Checksum(ChecksumAlgorithm algorithm, byte[] data)
    {
        using RunningChecksum checksum = new(algorithm);
        checksum.Append(data);
        return checksum.Finish();
    }

    private static ulong PolynomialOf(string name) => name switch
    {
        "CRC32" => 0xEDB88320,
        "CRC32C" => 0x82F63B78,
        _ => 0x9A6C9329AC4BC9B5,
    };

    private static ulong BitByBit(ReflectedCrc crc, ulong polynomial, ReadOnlySpan<byte> data)
    {
        ulong register = crc.Start;
        foreach (byte value in data)
        {
            register ^= value;
            for (int bit = 0; bit < 8; bit++)
                register = (register & 1) != 0 ? (register >> 1) ^ polynomial : register >> 1;
        }

        return register;
    }
}
