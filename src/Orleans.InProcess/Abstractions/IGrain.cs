using Orleans.Runtime;

namespace Orleans
{
    /// <summary>
    /// Marks the interface of a grain. Its methods return a task or a value task, or nothing if they are one-way.
    /// </summary>
    public interface IGrain : IAddressable;

    /// <summary>A grain named by a string.</summary>
    public interface IGrainWithStringKey : IGrain;

    /// <summary>A grain named by a GUID.</summary>
    public interface IGrainWithGuidKey : IGrain;

    /// <summary>A grain named by an integer.</summary>
    public interface IGrainWithIntegerKey : IGrain;

    /// <summary>A grain named by a GUID and a string.</summary>
    public interface IGrainWithGuidCompoundKey : IGrain;

    /// <summary>A grain named by an integer and a string.</summary>
    public interface IGrainWithIntegerCompoundKey : IGrain;

    /// <summary>
    /// An object of a client that grains may call; see
    /// <see cref="IGrainFactory.CreateObjectReference{TGrainObserverInterface}"/>.
    /// </summary>
    public interface IGrainObserver : IAddressable;
}

namespace Orleans.Runtime
{
    /// <summary>Whatever a reference can point to.</summary>
    public interface IAddressable;
}
