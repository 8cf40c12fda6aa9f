namespace Orleans.Runtime.Conformance;

public sealed class Filters : IAsyncLifetime
{
    private SiloUnderTest? _silo;

    private IClusterClient Client => _silo!.Client;

    public async Task InitializeAsync() => _silo = await SiloUnderTest.StartAsync(silo =>
    {
        silo.AddIncomingGrainCallFilter(async context =>
        {
            if (context.Grain is not IFiltered)
            {
                await context.Invoke();
                return;
            }

            string key = context.TargetId.Key.ToString()!;
            Journal.Write(key, $"first: {context.InterfaceMethod.Name} from {context.SourceId?.ToString() ?? "a client"}".Split(" sys.client")[0]);
            try
            {
                await context.Invoke();
            }
            catch (InvalidOperationException e) when (key == "caught")
            {
                context.Result = e.Message.Length;
            }

            if (key == "changed")
            {
                context.Result = (int)context.Result! + 1;
            }
        });
        silo.AddIncomingGrainCallFilter<SecondFilter>();
        silo.AddOutgoingGrainCallFilter(async context =>
        {
            if (context.InterfaceMethod.DeclaringType == typeof(IFiltered))
            {
                Journal.Write(context.TargetId.Key.ToString()!, $"outgoing: {context.MethodName}");
                RequestContext.Set("from the filter", "yes");
                if (context.Request.GetArgumentCount() == 1 && context.Request.GetArgument(0) is -1)
                {
                    context.Result = -100;
                    return;
                }
            }

            await context.Invoke();
        });
    });

    public async Task DisposeAsync() => await _silo!.DisposeAsync();

    [Fact]
    public async Task Filters_run_around_the_call_in_order_the_grains_own_last()
    {
        Assert.Equal(10, await Client.GetGrain<IFiltered>("in order").Twice(5));
        Assert.Equal(
            ["outgoing: Twice", "first: Twice from a client", "second: Twice with yes", "own: Twice", "own: Twice = 10"],
            Journal.Read("in order").Select(entry => entry.StartsWith("first: Twice from", StringComparison.Ordinal) ? "first: Twice from a client" : entry));
    }

    [Fact]
    public async Task A_filter_can_change_arguments_and_results()
    {
        Assert.Equal(140, await Client.GetGrain<IFiltered>("argument").Twice(7));
        Assert.Equal(11, await Client.GetGrain<IFiltered>("changed").Twice(5));
    }

    [Fact]
    public async Task A_filter_sees_what_the_grain_throws_and_may_answer_instead()
    {
        Assert.Equal(5, await Client.GetGrain<IFiltered>("caught").Fail());
        Assert.Equal("inner", (await Assert.ThrowsAsync<InvalidOperationException>(() => Client.GetGrain<IFiltered>("thrown").Fail())).Message);
    }

    [Fact]
    public async Task An_outgoing_filter_can_answer_without_a_call()
    {
        Assert.Equal(-100, await Client.GetGrain<IFiltered>("not called").Twice(-1));
        Assert.Equal(["outgoing: Twice"], Journal.Read("not called"));
    }

    [Fact]
    public async Task Calls_of_grains_are_filtered_too()
    {
        Assert.Equal(8, await Client.GetGrain<IFiltered>("calls").CallOther(Client.GetGrain<IFiltered>("is called"), 4));
        Assert.Equal(["outgoing: Twice", "first: Twice from filtered/calls"], Journal.Read("is called").Take(2));
    }

    public sealed class SecondFilter : IIncomingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.Grain is IFiltered)
            {
                Journal.Write(
                    context.TargetId.Key.ToString()!,
                    $"second: {context.ImplementationMethod.Name} with {RequestContext.Get("from the filter")}");
            }

            return context.Invoke();
        }
    }
}
