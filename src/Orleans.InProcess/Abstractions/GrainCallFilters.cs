using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans;

/// <summary>A call as a filter sees it.</summary>
public interface IGrainCallContext
{
    /// <summary>The call.</summary>
    IInvokable Request { get; }

    /// <summary>The grain for an incoming call, the reference for an outgoing one.</summary>
    object Grain { get; }

    /// <summary>Who calls, if it is a grain.</summary>
    GrainId? SourceId { get; }

    /// <summary>Who is called.</summary>
    GrainId TargetId { get; }

    /// <summary>The interface.</summary>
    GrainInterfaceType InterfaceType { get; }

    /// <summary>The interface's full name.</summary>
    string InterfaceName { get; }

    /// <summary>The method's name.</summary>
    string MethodName { get; }

    /// <summary>The interface's method.</summary>
    MethodInfo InterfaceMethod { get; }

    /// <summary>The result, after <see cref="Invoke"/>; setting it replaces what the caller gets.</summary>
    object? Result { get; set; }

    /// <summary>How the call ended, after <see cref="Invoke"/>.</summary>
    Response? Response { get; set; }

    /// <summary>
    /// Runs the next filter, at last the call itself. A failed call does not throw here unless it is the innermost.
    /// </summary>
    Task Invoke();
}

/// <summary>An incoming call as a filter sees it.</summary>
public interface IIncomingGrainCallContext : IGrainCallContext
{
    /// <summary>The activation that is called.</summary>
    IGrainContext TargetContext { get; }

    /// <summary>The grain class's method.</summary>
    MethodInfo ImplementationMethod { get; }
}

/// <summary>An outgoing call as a filter sees it.</summary>
public interface IOutgoingGrainCallContext : IGrainCallContext
{
    /// <summary>The activation that calls, if it is one.</summary>
    IGrainContext? SourceContext { get; }
}

/// <summary>
/// Sees every call of a grain method before and after the grain. A grain class may be a filter of its own calls.
/// </summary>
public interface IIncomingGrainCallFilter
{
    /// <summary>Runs around the call: calls <see cref="IGrainCallContext.Invoke"/> to go on, or sets the result itself.</summary>
    Task Invoke(IIncomingGrainCallContext context);
}

/// <summary>Sees every call that is made of a grain method.</summary>
public interface IOutgoingGrainCallFilter
{
    /// <summary>Runs around the call: calls <see cref="IGrainCallContext.Invoke"/> to go on, or sets the result itself.</summary>
    Task Invoke(IOutgoingGrainCallContext context);
}

/// <summary>A filter as a delegate.</summary>
public delegate Task IncomingGrainCallFilterDelegate(IIncomingGrainCallContext context);

/// <summary>A filter as a delegate.</summary>
public delegate Task OutgoingGrainCallFilterDelegate(IOutgoingGrainCallContext context);
