namespace Orleans.Runtime.Conformance;

/// <summary>Where this runtime keeps more order than Orleans promises.</summary>
[Collection(SharedSilo.Name)]
public sealed class StricterTurns(SharedSilo silo)
{
    [Fact]
    public async Task Calls_of_one_caller_run_in_their_order_even_while_the_grain_is_activated()
    {
        const string Key = "ordered from the first";
        var grain = silo.Client.GetGrain<ITurns>(Key);
        Signals.Give($"{Key} go");
        await Wait.For(Task.WhenAll(Enumerable.Range(0, 200).Select(i => grain.Run($"{i}", $"{Key} go"))));
        Assert.Equal(Enumerable.Range(0, 200).SelectMany(i => new[] { $"{i} begins", $"{i} ends" }), Journal.Read(Key));
    }

    [Fact]
    public async Task A_write_waits_for_all_reads()
    {
        const string Key = "several reads";
        var grain = silo.Client.GetGrain<ITurns>(Key);
        var first = grain.Read("first", $"{Key} go first");
        var second = grain.Read("second", $"{Key} go second");
        await Signals.WaitFor($"{Key} second begins");
        var write = grain.Run("write", $"{Key} go second");
        Signals.Give($"{Key} go first");
        await Wait.For(first);
        await Wait.For(grain.RunBeside("beside", $"{Key} go first"));
        Assert.DoesNotContain("write begins", Journal.Read(Key));
        Signals.Give($"{Key} go second");
        await Wait.For(Task.WhenAll(second, write));
        Assert.Equal(["second ends", "write begins", "write ends"], Journal.Read(Key)[^3..]);
    }

    [Fact]
    public async Task A_call_that_is_cancelled_while_it_waits_never_begins()
    {
        const string Key = "cancelled before its turn";
        using var cancellation = new CancellationTokenSource();
        var grain = silo.Client.GetGrain<IPatient>(Key);
        var first = grain.Sleep($"{Key} go");
        var second = grain.Cancellable(Key, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Wait.For(second));
        Signals.Give($"{Key} go");
        await Wait.For(first);
        Assert.Equal(1, await Wait.For(grain.Count()));
        Assert.False(Signals.Given($"{Key} begins").IsCompleted);
    }
}
