namespace Orleans.Runtime.Conformance;

[Collection(SharedSilo.Name)]
public sealed class Contexts(SharedSilo silo)
{
    [Fact]
    public async Task Values_go_along_with_a_call_and_on()
    {
        RequestContext.Set("trace", "42");
        var grain = silo.Client.GetGrain<IContextual>("goes along");
        Assert.Equal("42", await grain.Get("trace"));
        Assert.Equal("42", await grain.Relay(silo.Client.GetGrain<IContextual>("and on"), "trace"));
        RequestContext.Clear();
        Assert.Null(await grain.Get("trace"));
    }

    [Fact]
    public async Task Values_do_not_come_back_nor_stay()
    {
        var grain = silo.Client.GetGrain<IContextual>("does not come back");
        await grain.SetAndReturn("left behind", "x");
        Assert.Null(RequestContext.Get("left behind"));
        Assert.Null(await grain.Get("left behind"));
    }

    [Fact]
    public async Task A_removed_value_is_gone_and_the_others_stay()
    {
        RequestContext.Set("first", "1");
        RequestContext.Set("second", "2");
        Assert.True(RequestContext.Remove("first"));
        Assert.False(RequestContext.Remove("first"));
        var grain = silo.Client.GetGrain<IContextual>("removed");
        Assert.Null(await grain.Get("first"));
        Assert.Equal("2", await grain.Get("second"));
        RequestContext.Clear();
    }

    [Fact]
    public async Task Other_values_of_the_callers_flow_stay_with_the_caller()
    {
        ContextualGrain.Local.Value = "callers";
        Assert.False(await silo.Client.GetGrain<IContextual>("other flow").SeesCallersAsyncLocal());
    }

    [Fact]
    public async Task What_one_call_leaves_behind_the_next_does_not_see()
    {
        var grain = silo.Client.GetGrain<IContextual>("left behind");
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => i % 2 == 0
            ? grain.SetAndReturn("k", "v")
            : Check(grain)));

        static async Task Check(IContextual grain)
        {
            Assert.Null(await grain.Get("k"));
            Assert.False(await grain.SeesCallersAsyncLocal());
        }
    }
}
