namespace Orleans.InProcess;

/// <summary>
/// A call that the runtime makes of one activation, such as a timer's tick: no arguments, no reference, nobody waits for it.
/// </summary>
internal abstract class LocalCall : VoidCall
{
    internal override bool IsFilterable => false;

    public override int GetArgumentCount() => 0;

    public override object? GetArgument(int index) => throw new ArgumentOutOfRangeException(nameof(index));

    public override void SetArgument(int index, object value) => throw new ArgumentOutOfRangeException(nameof(index));

    public override string ToString() => $"{Method}";
}
