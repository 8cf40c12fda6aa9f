namespace Orleans.Runtime.Conformance;

public interface IFiltered : IGrainWithStringKey
{
    Task<int> Twice(int value);

    Task<int> Fail();

    Task<int> CallOther(IFiltered other, int value);
}

public sealed class FilteredGrain : Grain, IFiltered, IIncomingGrainCallFilter
{
    public Task<int> Twice(int value) => Task.FromResult(2 * value);

    public Task<int> Fail() => throw new InvalidOperationException("inner");

    public Task<int> CallOther(IFiltered other, int value) => other.Twice(value);

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.MethodName == nameof(Twice) && context.Request.GetArgument(0) is 7)
        {
            context.Request.SetArgument(0, 70);
        }

        Journal.Write(this.GetPrimaryKeyString(), $"own: {context.MethodName}");
        await context.Invoke();
        Journal.Write(this.GetPrimaryKeyString(), $"own: {context.MethodName} = {context.Result}");
    }
}
