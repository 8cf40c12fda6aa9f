namespace Orleans.InProcess;

/// <summary>What calls are delivered to: an activation, the workers of a stateless grain, or a client's object.</summary>
internal abstract class CallTarget
{
    /// <summary>False once and for good when references must look the target up again.</summary>
    internal abstract bool IsAlive { get; }

    /// <summary>Takes a call from any thread.</summary>
    internal abstract void Deliver(GrainCall call);

    /// <summary>Takes a delivered call in a turn.</summary>
    internal abstract void Receive(GrainCall call);

    /// <summary>Cancels the token that the grain sees, in a turn. From any thread.</summary>
    internal abstract void SignalCancellation(GrainCall call);
}
