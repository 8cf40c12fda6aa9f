using Orleans.Storage;

namespace Orleans.Runtime.Conformance;

[Collection(SharedSilo.Name)]
public sealed class State(SharedSilo silo)
{
    private ITallies New() => silo.Client.GetGrain<ITallies>(Guid.NewGuid());

    [Fact]
    public async Task A_new_grain_has_a_new_state_and_no_record()
    {
        var grain = New();
        Assert.Equal(0, await grain.Count());
        Assert.False(await grain.Exists());
        Assert.Null(await grain.ETag());
    }

    [Fact]
    public async Task What_was_written_is_there_in_the_next_activation()
    {
        var grain = New();
        await grain.Add("a");
        await grain.Add("b");
        var before = await grain.Instance();
        await grain.End();
        Assert.Equal(2, await Wait.For(grain.Count()));
        Assert.NotEqual(before, await grain.Instance());
        Assert.True(await grain.Exists());
        Assert.NotNull(await grain.ETag());
    }

    [Fact]
    public async Task What_was_not_written_is_lost_with_the_activation()
    {
        var grain = New();
        await grain.Add("written");
        await grain.AddWithoutWriting("not written");
        await grain.End();
        Assert.Equal(1, await Wait.For(grain.Count()));
    }

    [Fact]
    public async Task Reading_again_takes_back_what_was_not_written()
    {
        var grain = New();
        await grain.Add("written");
        await grain.AddWithoutWriting("not written");
        await grain.Reread();
        Assert.Equal(1, await grain.Count());
    }

    [Fact]
    public async Task Two_states_of_one_grain_are_kept_apart()
    {
        var grain = New();
        await grain.Add("a");
        await grain.AddOther();
        await grain.AddOther();
        await grain.End();
        Assert.Equal(1, await Wait.For(grain.Count()));
        Assert.Equal(2, await grain.OtherCount());
    }

    [Fact]
    public async Task A_cleared_state_is_new_and_can_be_written_again()
    {
        var grain = New();
        await grain.Add("a");
        await grain.Clear();
        Assert.False(await grain.Exists());
        Assert.Equal(0, await grain.Count());
        await grain.Add("b");
        await grain.End();
        Assert.Equal(1, await Wait.For(grain.Count()));
    }

    [Fact]
    public async Task A_grain_of_one_state_keeps_it_as_well()
    {
        var grain = silo.Client.GetGrain<IOldStyle>("old style");
        await grain.Increment();
        await grain.Increment();
        await grain.End();
        Assert.Equal(3, await Wait.For(grain.Increment()));
    }

    [Fact]
    public async Task Every_write_has_another_etag()
    {
        var grain = New();
        await grain.Add("a");
        string? first = await grain.ETag();
        await grain.Add("b");
        Assert.NotEqual(first, await grain.ETag());
    }

    [Fact]
    public async Task A_write_over_someone_elses_fails_and_ends_the_activation()
    {
        var grain = silo.Client.GetGrain<IRival>("rival");
        await grain.Write(1);
        var before = await grain.Instance();
        await grain.Write(-7);
        await Assert.ThrowsAsync<InconsistentStateException>(() => grain.Write(2));
        Assert.Equal(7, await Wait.For(grain.Read()));
        Assert.NotEqual(before, await grain.Instance());
    }
}
