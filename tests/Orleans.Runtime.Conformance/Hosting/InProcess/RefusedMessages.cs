using Orleans.Configuration;
using Orleans.Streams;

namespace Orleans.Runtime.Conformance;

/// <summary>What cannot cross the same way in both runtimes is refused before any grain runs.</summary>
[Collection(SharedSilo.Name)]
public sealed class RefusedMessages(SharedSilo silo)
{
    [Theory]
    [InlineData(typeof(ITakesMutableClass), "parameter value")]
    [InlineData(typeof(IReturnsMutableClass), "result")]
    [InlineData(typeof(ITakesListOfMutable), "MutableClass is not known to be immutable")]
    [InlineData(typeof(ITakesSettable), "Value can be set")]
    [InlineData(typeof(ITakesChangeable), "Value can be changed")]
    [InlineData(typeof(ITakesObject), "System.Object is not known to be immutable")]
    [InlineData(typeof(IReturnsNothing), "return a Task")]
    [InlineData(typeof(IReturnsPlainValue), "returns a Task or ValueTask")]
    [InlineData(typeof(IReturnsAsyncSequence), "returns a Task or ValueTask")]
    [InlineData(typeof(IOneWayWithResult), "nobody would wait for")]
    [InlineData(typeof(ITakesByReference), "by reference")]
    [InlineData(typeof(ITakesTwoTokens), "more than one CancellationToken")]
    [InlineData(typeof(IIsGeneric), "is generic")]
    public void An_interface_that_cannot_be_carried_is_refused_with_the_reason(Type interfaceType, string reason)
    {
        var refused = Assert.Throws<OrleansConfigurationException>(() => silo.Client.GetGrain(interfaceType, "key"));
        Assert.Contains($"{interfaceType}.Call", refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_immutable_promised_or_copied_may_cross() =>
        Assert.Contains("implementation", Assert.Throws<ArgumentException>(() => silo.Client.GetGrain<ITakesAllThatMayCross>("key")).Message);

    [Fact]
    public async Task A_silo_with_such_an_interface_does_not_start()
    {
        var refused = await Assert.ThrowsAsync<OrleansConfigurationException>(() => SiloUnderTest.StartAsync(
            builder => builder.Configure<GrainTypeOptions>(options => options.Classes.Add(typeof(Careless<int>)))));
        Assert.Contains("ITakesMutableClass.Call", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_of_mutable_items_is_refused() => Assert.Throws<OrleansConfigurationException>(
        () => silo.Client.GetStreamProvider(SharedSilo.Streams).GetStream<MutableClass>("ns", "key"));

    [Fact]
    public async Task Two_classes_of_one_name_are_refused() => Assert.Contains("[GrainType]", (await Assert.ThrowsAsync<OrleansConfigurationException>(
        () => SiloUnderTest.StartAsync(builder => builder.Configure<GrainTypeOptions>(options =>
        {
            options.Classes.Add(typeof(Namesake<int>));
            options.Classes.Add(typeof(Namesake<long>));
        })))).Message);

    [Fact]
    public async Task An_interleaving_predicate_that_is_missing_is_refused() => await Assert.ThrowsAsync<OrleansConfigurationException>(
        () => SiloUnderTest.StartAsync(builder => builder.Configure<GrainTypeOptions>(options => options.Classes.Add(typeof(Undecided<int>)))));

    // Generic, so that the scan for grain classes does not find them by itself.
    private sealed class Careless<T> : Grain, ITakesMutableClass
    {
        public Task Call(MutableClass value) => Task.CompletedTask;
    }

    private sealed class Namesake<T> : Grain, IStringEchoLike
    {
        public Task Call() => Task.CompletedTask;
    }

    [Orleans.Concurrency.MayInterleave("NoSuchMethod")]
    private sealed class Undecided<T> : Grain, IStringEchoLike
    {
        public Task Call() => Task.CompletedTask;
    }

    public interface IStringEchoLike : IGrainWithStringKey
    {
        Task Call();
    }
}
