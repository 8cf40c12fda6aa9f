using Orleans.Concurrency;

namespace Orleans.Runtime.Conformance;

[Collection(SharedSilo.Name)]
public sealed class Messages(SharedSilo silo)
{
    [Fact]
    public async Task Changing_an_array_after_the_call_does_not_change_what_the_grain_got()
    {
        var safe = silo.Client.GetGrain<ISafe>("argument");
        byte[] mine = [1, 2, 3];
        await safe.Put(mine);
        mine[0] = 9;
        Assert.Equal([1, 2, 3], await safe.Get());
    }

    [Fact]
    public async Task Changing_a_result_does_not_change_what_the_grain_has()
    {
        var safe = silo.Client.GetGrain<ISafe>("result");
        await safe.Put([1, 2, 3]);
        (await safe.Get())[0] = 9;
        Assert.Equal([1, 2, 3], await safe.Get());
        (await safe.GetCounts())["one"] = 2;
        Assert.Equal(1, (await safe.GetCounts())["one"]);
    }

    [Fact]
    public async Task A_list_is_copied_on_its_way_in_and_out()
    {
        var safe = silo.Client.GetGrain<ISafe>("list");
        List<string> mine = ["a", "b"];
        await safe.PutList(mine);
        mine.Add("c");
        (await safe.GetList()).Clear();
        Assert.Equal(["a", "b"], await safe.GetList());
    }

    [Fact]
    public async Task An_immutable_message_crosses_unchanged()
    {
        var letter = new Letter("dear", [1]);
        var returned = await silo.Client.GetGrain<ISafe>("letter").Echo(letter);
        Assert.Equal(letter.Text, returned.Text);
        Assert.Equal(letter.Seal, returned.Seal);
        Assert.Equal(6, await silo.Client.GetGrain<ISafe>("numbers").Sum(new[] { 1, 2, 3 }.AsImmutable()));
    }
}
