namespace Orleans.Runtime.Conformance;

[Collection(SharedSilo.Name)]
public sealed class References(SharedSilo silo)
{
    [Fact]
    public async Task A_grain_knows_the_string_that_it_is_called_by() =>
        Assert.Equal("käse/1", await silo.Client.GetGrain<IStringEcho>("käse/1").Key());

    [Fact]
    public async Task Arguments_and_results_cross_unchanged() =>
        Assert.Equal(42, await silo.Client.GetGrain<IStringEcho>("adds").Add(40, 2));

    [Fact]
    public async Task A_value_task_is_answered_like_a_task()
    {
        var echo = silo.Client.GetGrain<IStringEcho>("value");
        await echo.Nothing();
        Assert.Equal("HÖR", await echo.Shout("hör"));
    }

    [Fact]
    public async Task What_a_grain_throws_reaches_the_caller()
    {
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => silo.Client.GetGrain<IStringEcho>("fails").Fail("so it does"));
        Assert.Equal("so it does", thrown.Message);
    }
}
