using Orleans.Core;
using Orleans.Runtime;

namespace Orleans.Core
{
    /// <summary>One piece of a grain's state.</summary>
    public interface IStorage
    {
        /// <summary>The version that was read or written last; null if nothing is stored.</summary>
        string? Etag { get; }

        /// <summary>Whether something is stored.</summary>
        bool RecordExists { get; }

        /// <summary>Removes what is stored and resets the state in memory.</summary>
        /// <exception cref="Storage.InconsistentStateException">Someone else wrote since the last read.</exception>
        Task ClearStateAsync();

        /// <summary>Stores the state in memory.</summary>
        /// <exception cref="Storage.InconsistentStateException">Someone else wrote since the last read.</exception>
        Task WriteStateAsync();

        /// <summary>Replaces the state in memory with what is stored.</summary>
        Task ReadStateAsync();

        /// <summary>As <see cref="ClearStateAsync()"/>; a cancelled token gives up before the operation starts.</summary>
        Task ClearStateAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ClearStateAsync();
        }

        /// <summary>As <see cref="WriteStateAsync()"/>; a cancelled token gives up before the operation starts.</summary>
        Task WriteStateAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return WriteStateAsync();
        }

        /// <summary>As <see cref="ReadStateAsync()"/>; a cancelled token gives up before the operation starts.</summary>
        Task ReadStateAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ReadStateAsync();
        }
    }

    /// <summary>One piece of a grain's state.</summary>
    public interface IStorage<TState> : IStorage
    {
        /// <summary>The state in memory.</summary>
        TState State { get; set; }
    }
}

namespace Orleans
{
    /// <summary>Marks attributes of constructor parameters that the runtime fills in.</summary>
    public interface IFacetMetadata;

    /// <summary>State on its way to or from storage.</summary>
    public interface IGrainState<T>
    {
        /// <summary>The state.</summary>
        T State { get; set; }

        /// <summary>The version; null if nothing is stored.</summary>
        string? ETag { get; set; }

        /// <summary>Whether something is stored.</summary>
        bool RecordExists { get; set; }
    }

    /// <summary>State on its way to or from storage.</summary>
    public sealed class GrainState<T> : IGrainState<T>
    {
        /// <summary>No state yet.</summary>
        public GrainState()
            : this(default!)
        {
        }

        /// <summary>A state that is not stored.</summary>
        public GrainState(T state) => State = state;

        /// <inheritdoc/>
        public T State { get; set; }

        /// <inheritdoc/>
        public string? ETag { get; set; }

        /// <inheritdoc/>
        public bool RecordExists { get; set; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>State that a grain takes as a constructor parameter, read before the grain is activated.</summary>
    public interface IPersistentState<TState> : IStorage<TState>;

    /// <summary>Which state and where.</summary>
    public interface IPersistentStateConfiguration
    {
        /// <summary>The state's name within the grain.</summary>
        string StateName { get; }

        /// <summary>The storage provider's name; null for the default one.</summary>
        string? StorageName { get; }
    }

    /// <summary>Asks for a state.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public class PersistentStateAttribute : Attribute, IFacetMetadata, IPersistentStateConfiguration
    {
        /// <summary>Names the state and the storage provider; null for the default one.</summary>
        public PersistentStateAttribute(string stateName, string? storageName = null)
        {
            ArgumentNullException.ThrowIfNull(stateName);
            StateName = stateName;
            StorageName = storageName;
        }

        /// <inheritdoc/>
        public string StateName { get; }

        /// <inheritdoc/>
        public string? StorageName { get; }
    }

    /// <summary>Makes states.</summary>
    public interface IPersistentStateFactory
    {
        /// <summary>A state that reads itself while the activation starts.</summary>
        IPersistentState<TState> Create<TState>(IGrainContext context, IPersistentStateConfiguration config);
    }
}

namespace Orleans.Storage
{
    /// <summary>
    /// Keeps grain state. Registered as a keyed singleton service under its name. All three operations set the state, the ETag and
    /// whether a record exists; a write or clear whose ETag is not the stored one changes nothing.
    /// </summary>
    public interface IGrainStorage
    {
        /// <summary>Reads; if nothing is stored, the state is a new one.</summary>
        Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Writes; durable once the task is complete, if the provider is.</summary>
        /// <exception cref="InconsistentStateException">The ETag is not the stored one.</exception>
        Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Removes.</summary>
        /// <exception cref="InconsistentStateException">The ETag is not the stored one.</exception>
        Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);
    }

    /// <summary>Someone else wrote the state. The activation is deactivated if it lets the exception out.</summary>
    public class InconsistentStateException : OrleansException
    {
        /// <summary>An exception without details.</summary>
        public InconsistentStateException()
        {
        }

        /// <summary>An exception with a message.</summary>
        public InconsistentStateException(string message)
            : base(message)
        {
        }

        /// <summary>An exception with a message and the exception behind it.</summary>
        public InconsistentStateException(string message, Exception innerException)
            : base(message, innerException)
        {
        }

        /// <summary>An exception with both versions.</summary>
        public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag)
            : base(errorMsg)
        {
            StoredEtag = storedEtag;
            CurrentEtag = currentEtag;
        }

        /// <summary>The version that is stored.</summary>
        public string? StoredEtag { get; }

        /// <summary>The version that the writer had read.</summary>
        public string? CurrentEtag { get; }

        internal bool IsSourceActivation { get; set; } = true;
    }
}
