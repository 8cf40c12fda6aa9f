namespace Cess.Coding.Tests;

/// <summary>The vectors of docs/format/coding.md, for every path that this machine can run.</summary>
public sealed class ReedSolomonVectorTests
{
    public static TheoryData<CodingPath> Paths => [.. CodingPaths.Available];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Parity_of_4_8_is_as_published(CodingPath path)
    {
        byte[] data = Convert.FromHexString("00010203" + "10111213" + "20212223" + "F0F1F2F3");
        byte[] parity = new byte[8 * 4];
        new ReedSolomon(4, 8, path).Encode(data, 4, parity);
        Assert.Equal(
            "16365676F2D2B2925777173796B6D6F6"
            + "5E2BB4C1F0851A6FBFCA55200570EF9A",
            Convert.ToHexString(parity));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Parity_of_10_4_is_as_published(CodingPath path)
    {
        byte[] data = [.. Enumerable.Range(0, 10 * 8).Select(i => (byte)(i * 7 + 3))];
        byte[] parity = new byte[4 * 8];
        new ReedSolomon(10, 4, path).Encode(data, 8, parity);
        Assert.Equal(
            "33319C1BBFF9BAB92525312A8EB7F687"
            + "093AD1B8FDCCFA0AD2300ACF8A06A8E9",
            Convert.ToHexString(parity));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void The_first_parity_shard_of_a_unit_vector_shows_the_matrix(CodingPath path)
    {
        // 1/(4⊕0), 1/(4⊕1), 1/(4⊕2), 1/(4⊕3): the first row of 4+8.
        byte[] parity = new byte[8 * 4];
        new ReedSolomon(4, 8, path).Encode([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], 4, parity);
        Assert.Equal("47A77ABA", Convert.ToHexString(parity, 0, 4));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Two_data_and_one_parity_weigh_the_data_by_the_inverses_of_2_and_3(CodingPath path)
    {
        byte[] parity = new byte[1];
        new ReedSolomon(2, 1, path).Encode([2, 3], 1, parity);
        Assert.Equal(0, parity[0]);
    }
}
