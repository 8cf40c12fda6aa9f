using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Orleans.Runtime.Conformance;

public sealed class MutableClass
{
    public int Value { get; set; }
}

[Immutable]
public sealed class MarkedButSettable
{
    public int Value { get; set; }
}

[Immutable]
public sealed class MarkedButChangeable
{
#pragma warning disable CA1051 // What the rule warns of is what the runtime must refuse.
    public int Value;
#pragma warning restore CA1051
}

[Immutable]
public abstract record Shape(string Name);

public interface ITakesMutableClass : IGrainWithStringKey
{
    Task Call(MutableClass value);
}

public interface IReturnsMutableClass : IGrainWithStringKey
{
    Task<MutableClass> Call();
}

public interface ITakesListOfMutable : IGrainWithStringKey
{
    Task Call(List<MutableClass> values);
}

public interface ITakesSettable : IGrainWithStringKey
{
    Task Call(MarkedButSettable value);
}

public interface ITakesChangeable : IGrainWithStringKey
{
    Task Call(MarkedButChangeable value);
}

public interface ITakesObject : IGrainWithStringKey
{
    Task Call(object value);
}

public interface IReturnsNothing : IGrainWithStringKey
{
    void Call();
}

public interface IReturnsPlainValue : IGrainWithStringKey
{
    int Call();
}

public interface IReturnsAsyncSequence : IGrainWithStringKey
{
    IAsyncEnumerable<int> Call();
}

public interface IOneWayWithResult : IGrainWithStringKey
{
    [OneWay]
    Task<int> Call();
}

public interface ITakesByReference : IGrainWithStringKey
{
    Task Call(ref int value);
}

public interface ITakesTwoTokens : IGrainWithStringKey
{
    Task Call(CancellationToken one, CancellationToken other);
}

public interface IIsGeneric : IGrainWithStringKey
{
    Task Call<T>(T value);
}

/// <summary>Everything that may cross.</summary>
public interface ITakesAllThatMayCross : IGrainWithStringKey
{
    Task<string?> Call(
        int number, string? text, Guid id, DateTimeOffset time, byte[] bytes, ReadOnlyMemory<byte> memory, List<string> list,
        Dictionary<string, int> dictionary, IReadOnlyList<int> readOnly, ImmutableArray<int> immutable, (int, string) pair, DayOfWeek? day,
        Shape shape, Immutable<MutableClass> promised, [Immutable] MutableClass promisedHere, ITakesAllThatMayCross grain, GrainId grainId,
        CancellationToken cancellation);
}
