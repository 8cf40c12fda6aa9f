using Orleans.Concurrency;

namespace Orleans.Runtime.Conformance;

[GenerateSerializer]
[Immutable]
[Alias("conformance.Letter")]
public sealed record Letter([property: Id(0)] string Text, [property: Id(1)] byte[] Seal);

public interface ISafe : IGrainWithStringKey
{
    Task Put(byte[] bytes);

    Task<byte[]> Get();

    Task PutList(List<string> names);

    Task<List<string>> GetList();

    Task<Letter> Echo(Letter letter);

    Task<Dictionary<string, int>> GetCounts();

    Task<int> Sum(Immutable<int[]> numbers);
}

public sealed class SafeGrain : Grain, ISafe
{
    private readonly Dictionary<string, int> _counts = new() { ["one"] = 1 };
    private byte[] _bytes = [];
    private List<string> _names = [];

    public Task Put(byte[] bytes)
    {
        _bytes = bytes;
        return Task.CompletedTask;
    }

    public Task<byte[]> Get() => Task.FromResult(_bytes);

    public Task PutList(List<string> names)
    {
        _names = names;
        return Task.CompletedTask;
    }

    public Task<List<string>> GetList() => Task.FromResult(_names);

    public Task<Letter> Echo(Letter letter) => Task.FromResult(letter);

    public Task<Dictionary<string, int>> GetCounts() => Task.FromResult(_counts);

    public Task<int> Sum(Immutable<int[]> numbers) => Task.FromResult(numbers.Value.Sum());
}
