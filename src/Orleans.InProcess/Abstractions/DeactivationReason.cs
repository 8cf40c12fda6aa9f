namespace Orleans;

/// <summary>Why an activation ends.</summary>
public readonly struct DeactivationReason
{
    /// <summary>A reason without an exception.</summary>
    public DeactivationReason(DeactivationReasonCode code, string text)
        : this(code, null, text)
    {
    }

    /// <summary>A reason with the exception behind it.</summary>
    public DeactivationReason(DeactivationReasonCode code, Exception? exception, string text)
    {
        ReasonCode = code;
        Exception = exception;
        Description = text;
    }

    /// <summary>What kind of reason it is.</summary>
    public DeactivationReasonCode ReasonCode { get; }

    /// <summary>The reason in words.</summary>
    public string Description { get; }

    /// <summary>The exception behind it, if any.</summary>
    public Exception? Exception { get; }

    /// <inheritdoc/>
    public override string ToString() =>
        Exception is null ? $"{ReasonCode}: {Description}" : $"{ReasonCode}: {Description} Exception: {Exception}";
}

/// <summary>Kinds of reasons for the end of an activation. The in-process runtime gives those it can have.</summary>
public enum DeactivationReasonCode : byte
{
    /// <summary>No reason.</summary>
    None = 0,

    /// <summary>The silo stops.</summary>
    ShuttingDown = 1,

    /// <summary>The grain could not be activated.</summary>
    ActivationFailed = 2,

    /// <summary>Only in a cluster: the directory failed.</summary>
    DirectoryFailure = 3,

    /// <summary>No call for longer than the collection age.</summary>
    ActivationIdle = 4,

    /// <summary>Only in a cluster: the activation hangs.</summary>
    ActivationUnresponsive = 5,

    /// <summary>Only in a cluster: the grain is active elsewhere.</summary>
    DuplicateActivation = 6,

    /// <summary>Only in a cluster: a call for another version of the interface.</summary>
    IncompatibleRequest = 7,

    /// <summary>The grain's code failed in a way that makes its memory untrustworthy, such as an ETag conflict.</summary>
    ApplicationError = 8,

    /// <summary>The grain asked for it.</summary>
    ApplicationRequested = 9,

    /// <summary>Only in a cluster: the activation moves.</summary>
    Migrating = 10,

    /// <summary>The runtime asked for it.</summary>
    RuntimeRequested = 11,

    /// <summary>Only in a cluster: memory runs short.</summary>
    HighMemoryPressure = 12,
}
