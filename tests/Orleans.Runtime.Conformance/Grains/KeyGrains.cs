namespace Orleans.Runtime.Conformance;

public interface IGuidKeyed : IGrainWithGuidKey
{
    Task<Guid> Key();
}

public interface ILongKeyed : IGrainWithIntegerKey
{
    Task<long> Key();
}

public interface IGuidCompoundKeyed : IGrainWithGuidCompoundKey
{
    Task<(Guid, string?)> Key();
}

public interface ILongCompoundKeyed : IGrainWithIntegerCompoundKey
{
    Task<(long, string?)> Key();
}

public sealed class GuidKeyedGrain : Grain, IGuidKeyed
{
    public Task<Guid> Key() => Task.FromResult(this.GetPrimaryKey());
}

public sealed class LongKeyedGrain : Grain, ILongKeyed
{
    public Task<long> Key() => Task.FromResult(this.GetPrimaryKeyLong());
}

public sealed class GuidCompoundKeyedGrain : Grain, IGuidCompoundKeyed
{
    public Task<(Guid, string?)> Key() => Task.FromResult((this.GetPrimaryKey(out string? extension), extension));
}

public sealed class LongCompoundKeyedGrain : Grain, ILongCompoundKeyed
{
    public Task<(long, string?)> Key() => Task.FromResult((this.GetPrimaryKeyLong(out string? extension), extension));
}

/// <summary>One grain with two faces, and no base class.</summary>
public interface IFace : IGrainWithStringKey
{
    Task<string> Face();

    Task<IOtherFace> Turn();

    Task<bool> IsMe(IFace other);
}

public interface IOtherFace : IGrainWithStringKey
{
    Task<string> OtherFace();
}

public sealed class JanusGrain(IGrainContext context, IGrainFactory grains) : IGrainBase, IFace, IOtherFace
{
    public IGrainContext GrainContext => context;

    public Task<string> Face() => Task.FromResult($"face of {context.GrainId.Key}");

    public Task<string> OtherFace() => Task.FromResult($"other face of {context.GrainId.Key}");

    public Task<IOtherFace> Turn() => Task.FromResult(grains.GetGrain<IFace>(context.GrainId.Key.ToString()!).AsReference<IOtherFace>());

    public Task<bool> IsMe(IFace other) => Task.FromResult(other.GetGrainId() == context.GrainId);
}

/// <summary>An interface with two classes.</summary>
public interface IAnimal : IGrainWithIntegerKey
{
    Task<string> Sound();
}

[GrainType("conformance-cat")]
public sealed class Cat : Grain, IAnimal
{
    public Task<string> Sound() => Task.FromResult("meow");
}

public sealed class Dog : Grain, IAnimal
{
    public Task<string> Sound() => Task.FromResult("woof");
}

internal interface IInternalFace : IGrainWithStringKey
{
    Task<InternalLetter> Echo(InternalLetter letter);
}

[GenerateSerializer]
[Immutable]
[Alias("conformance.InternalLetter")]
internal sealed record InternalLetter([property: Id(0)] string Text);

internal sealed class InternalFaceGrain : Grain, IInternalFace
{
    public Task<InternalLetter> Echo(InternalLetter letter) => Task.FromResult(letter);
}
