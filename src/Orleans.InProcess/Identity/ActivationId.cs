namespace Orleans.Runtime;

/// <summary>Tells two activations of one grain apart.</summary>
[Immutable]
public readonly record struct ActivationId
{
    private readonly Guid _key;

    /// <summary>Wraps the key.</summary>
    public ActivationId(Guid key) => _key = key;

    /// <summary>Whether there is no identity.</summary>
    public bool IsDefault => _key == Guid.Empty;

    /// <summary>The text that Orleans writes: an at sign and 32 digits.</summary>
    public override string ToString() => $"@{_key:N}";
}
