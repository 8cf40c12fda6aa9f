using Orleans.InProcess;

namespace Orleans.Runtime;

/// <summary>A reference to a grain: a class for each interface, emitted at run time, whose methods send calls.</summary>
public class GrainReference : IAddressable, IEquatable<GrainReference>
{
    private readonly GrainInterface _interface;
    private CallTarget? _target;

    internal GrainReference(GrainInterface grainInterface, GrainId grainId)
    {
        _interface = grainInterface;
        GrainId = grainId;
    }

    /// <summary>The grain's identity.</summary>
    public GrainId GrainId { get; }

    /// <summary>The interface through which this reference calls.</summary>
    public GrainInterfaceType InterfaceType => _interface.Name;

    /// <summary>The interface's full name.</summary>
    public virtual string InterfaceName => _interface.Type.FullName ?? _interface.Type.Name;

    /// <summary>A reference to the same grain through another interface.</summary>
    public virtual TGrainInterface Cast<TGrainInterface>()
        where TGrainInterface : IAddressable => (TGrainInterface)CastTo(typeof(TGrainInterface));

    /// <summary>Whether both refer to the same grain, through whichever interfaces.</summary>
    public bool Equals(GrainReference? other) => other is not null && GrainId.Equals(other.GrainId);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is GrainReference other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => GrainId.GetHashCode();

    /// <inheritdoc/>
    public sealed override string ToString() => $"GrainReference:{GrainId}:{InterfaceName}";

    /// <summary>Whether both refer to the same grain.</summary>
    public static bool operator ==(GrainReference? reference1, GrainReference? reference2) =>
        reference1 is null ? reference2 is null : reference1.Equals(reference2);

    /// <summary>Whether they refer to different grains.</summary>
    public static bool operator !=(GrainReference? reference1, GrainReference? reference2) => !(reference1 == reference2);

    internal object CastTo(Type interfaceType) =>
        interfaceType.IsInstanceOfType(this) ? this : _interface.Catalog.Interfaces.Get(interfaceType).CreateReference(GrainId);

    internal CallTarget FindTarget()
    {
        var target = Volatile.Read(ref _target);
        if (target is null || !target.IsAlive)
        {
            target = _interface.Catalog.FindTarget(GrainId);
            Volatile.Write(ref _target, target);
        }

        return target;
    }

    // The four below are what emitted methods call: one for each shape of return type.
    internal Task Send(VoidCall call, int method)
    {
        var answer = call.Begin();
        SendCall(call, method);
        return answer;
    }

    internal Task<TResult> Send<TResult>(ResultCall<TResult> call, int method)
    {
        var answer = call.Begin();
        SendCall(call, method);
        return answer;
    }

    internal ValueTask SendValue(VoidCall call, int method) => new(Send(call, method));

    internal ValueTask<TResult> SendValue<TResult>(ResultCall<TResult> call, int method) => new(Send(call, method));

    internal void SendPlain(VoidCall call, int method) => SendCall(call, method);

    private void SendCall(GrainCall call, int method)
    {
        call.Method = _interface.Methods[method];
        call.Reference = this;
        call.Source = RuntimeContext.Current;
        call.Context = RequestContext.Export();
        _interface.Catalog.Send(call);
    }
}
