using Orleans.Concurrency;

namespace Orleans.Runtime.Conformance;

public interface IStringEcho : IGrainWithStringKey
{
    Task<string> Key();

    Task<int> Add(int left, int right);

    ValueTask<string> Shout(string text);

    ValueTask Nothing();

    Task Fail(string message);

    Task<GrainId> Id();
}

public sealed class StringEchoGrain : Grain, IStringEcho
{
    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());

    public Task<int> Add(int left, int right) => Task.FromResult(left + right);

    public async ValueTask<string> Shout(string text)
    {
        await Task.Yield();
        return text.ToUpperInvariant();
    }

    public ValueTask Nothing() => ValueTask.CompletedTask;

    public Task Fail(string message) => throw new InvalidOperationException(message);

    public Task<GrainId> Id() => Task.FromResult(this.GetGrainId());
}
