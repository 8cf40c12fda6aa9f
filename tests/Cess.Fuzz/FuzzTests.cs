namespace Cess.Fuzz;

/// <summary>A moment of every target; a long run is <c>dotnet run -c Release --project tests/Cess.Fuzz</c>.</summary>
public sealed class FuzzTests
{
    private const int Inputs = 20_000;

    public static TheoryData<string> Names => [.. FuzzTargets.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_bytes_bring_a_decoder_down(string name) => new FuzzRun(FuzzTargets.All[name], seed: 1).Run(Inputs);

    [Fact]
    public void A_decoder_that_throws_something_else_is_found()
    {
        var broken = new FuzzTarget("broken", [[1, 2, 3]], bytes => bytes[2] == 3, _ => false);
        Assert.IsType<IndexOutOfRangeException>(Assert.Throws<FuzzException>(() => new FuzzRun(broken, 1).Run(Inputs)).InnerException);
    }

    [Fact]
    public void A_decoder_that_trusts_a_length_is_found()
    {
        var greedy = new FuzzTarget("greedy", [[0, 0, 0, 0]], bytes => bytes.Length < 4 || new byte[BitConverter.ToUInt32(bytes) >> 8].Length >= 0, _ => false);
        Assert.Contains("allocated", Assert.Throws<FuzzException>(() => new FuzzRun(greedy, 1).Run(Inputs)).Message, StringComparison.Ordinal);
    }
}
