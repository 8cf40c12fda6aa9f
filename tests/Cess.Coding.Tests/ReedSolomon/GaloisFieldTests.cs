namespace Cess.Coding.Tests;

public sealed class GaloisFieldTests
{
    [Fact]
    public void Two_generates_the_field_of_polynomial_11D()
    {
        // The first powers of 2 past 128, as any table of this field prints them.
        byte x = 128;
        byte[] powers = new byte[8];
        for (int i = 0; i < powers.Length; i++)
            powers[i] = x = GaloisField.Multiply(x, 2);
        Assert.Equal([0x1D, 0x3A, 0x74, 0xE8, 0xCD, 0x87, 0x13, 0x26], powers);
    }

    [Fact]
    public void Every_product_is_the_sum_of_logarithms()
    {
        for (int a = 0; a < 256; a++)
        {
            for (int b = 0; b < 256; b++)
                Assert.Equal(NaiveReedSolomon.Multiply((byte)a, (byte)b), GaloisField.Multiply((byte)a, (byte)b));
        }
    }

    [Fact]
    public void An_element_times_its_inverse_is_one()
    {
        for (int a = 1; a < 256; a++)
            Assert.Equal(1, GaloisField.Multiply((byte)a, GaloisField.Inverse((byte)a)));
    }

    [Fact]
    public void Zero_has_no_inverse() => Assert.Throws<DivideByZeroException>(() => GaloisField.Inverse(0));
}
