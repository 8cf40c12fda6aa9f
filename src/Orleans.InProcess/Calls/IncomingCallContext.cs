using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.InProcess;

/// <summary>
/// A call on its way through the incoming filters: the silo's in the order of registration, then the grain itself, then the
/// method.
/// </summary>
internal sealed class IncomingCallContext : IIncomingGrainCallContext
{
    private readonly Activation _activation;
    private readonly GrainCall _call;
    private int _stage;

    private IncomingCallContext(Activation activation, GrainCall call)
    {
        _activation = activation;
        _call = call;
    }

    public IInvokable Request => _call;

    public object Grain => _activation.GrainInstance!;

    public GrainId? SourceId => _call.Source?.GrainId;

    public GrainId TargetId => _activation.GrainId;

    public IGrainContext TargetContext => _activation;

    public GrainInterfaceType InterfaceType => GrainInterfaceType.Create(_call.Method.InterfaceName);

    public string InterfaceName => _call.Method.InterfaceName;

    public string MethodName => _call.Method.Name;

    public MethodInfo InterfaceMethod => _call.Method.Method;

    public MethodInfo ImplementationMethod
    {
        get
        {
            var map = Grain.GetType().GetInterfaceMap(InterfaceMethod.DeclaringType!);
            return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, InterfaceMethod)];
        }
    }

    public object? Result
    {
        get => Response is { Exception: null } response ? response.Result : null;
        set => Response = Response.FromResult(value);
    }

    public Response? Response { get; set; }

    public async Task Invoke()
    {
        var filters = _activation.Catalog.IncomingFilters;
        int stage = _stage++;
        try
        {
            if (stage < filters.Length)
            {
                await filters[stage].Invoke(this);
            }
            else if (stage == filters.Length && Grain is IIncomingGrainCallFilter own)
            {
                await own.Invoke(this);
            }
            else
            {
                await InvokeMethod();
            }
        }
        finally
        {
            // A filter that goes on twice, to try again, starts from the same place.
            _stage = stage;
        }
    }

    internal static async Task<Response> Invoke(Activation activation, GrainCall call)
    {
        var context = new IncomingCallContext(activation, call);
        try
        {
            await context.Invoke();
            return context.Response
                ?? throw new InvalidOperationException($"A filter of {call} neither went on nor set a result.");
        }
        catch (Exception e)
        {
            return Response.FromException(e);
        }
    }

    // As in Orleans, the method's exception is thrown through the filters, so that one can catch it.
    private async Task InvokeMethod()
    {
        Task task;
        try
        {
            task = _call.Invoke(Grain);
            await task;
        }
        catch (Exception e)
        {
            Response = Response.FromException(e);
            throw;
        }

        Response = _call.ToResponse(task);
    }
}
