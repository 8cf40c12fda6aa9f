namespace Orleans.Runtime.Conformance;

public interface IContextual : IGrainWithStringKey
{
    Task<string?> Get(string key);

    Task<string?> Relay(IContextual next, string key);

    Task SetAndReturn(string key, string value);

    Task<string?> SetWithoutAwaiting(string key, string value);

    Task<bool> SeesCallersAsyncLocal();
}

public sealed class ContextualGrain : Grain, IContextual
{
    public static readonly AsyncLocal<string?> Local = new();

    public async Task<string?> Get(string key)
    {
        await Task.Yield();
        return RequestContext.Get(key) as string;
    }

    public Task<string?> Relay(IContextual next, string key) => next.Get(key);

    public Task SetAndReturn(string key, string value)
    {
        RequestContext.Set(key, value);
        Local.Value = value;
        return Task.CompletedTask;
    }

    public Task<string?> SetWithoutAwaiting(string key, string value)
    {
        RequestContext.Set(key, value);
        return Task.FromResult(RequestContext.Get(key) as string);
    }

    public Task<bool> SeesCallersAsyncLocal() => Task.FromResult(Local.Value is not null);
}
