using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.InProcess;

/// <summary>A call on its way through the outgoing filters, in the order of registration, before it is sent.</summary>
internal sealed class OutgoingCallContext : IOutgoingGrainCallContext
{
    private readonly Catalog _catalog;
    private readonly GrainCall _call;
    private int _stage;

    private OutgoingCallContext(Catalog catalog, GrainCall call)
    {
        _catalog = catalog;
        _call = call;
    }

    public IInvokable Request => _call;

    public object Grain => _call.Reference;

    public GrainId? SourceId => _call.Source?.GrainId;

    public GrainId TargetId => _call.Reference.GrainId;

    public IGrainContext? SourceContext => _call.Source;

    public GrainInterfaceType InterfaceType => _call.Reference.InterfaceType;

    public string InterfaceName => _call.Method.InterfaceName;

    public string MethodName => _call.Method.Name;

    public MethodInfo InterfaceMethod => _call.Method.Method;

    public object? Result
    {
        get => Response?.Result;
        set => Response = Response.FromResult(value);
    }

    public Response? Response { get; set; }

    public async Task Invoke()
    {
        int stage = _stage++;
        try
        {
            if (stage < _catalog.OutgoingFilters.Length)
            {
                await _catalog.OutgoingFilters[stage].Invoke(this);
                return;
            }

            // What filters put into the request context goes along.
            _call.Context = RequestContext.Export();
            var answer = _call.FilterAnswer();
            _catalog.SendUnfiltered(_call);
            Response = await answer;
        }
        finally
        {
            // A filter that goes on twice, to try again, starts from the same place.
            _stage = stage;
        }
    }

    internal static async Task Send(Catalog catalog, GrainCall call)
    {
        var context = new OutgoingCallContext(catalog, call);
        Response response;
        try
        {
            await context.Invoke();
            response = context.Response
                ?? throw new InvalidOperationException($"A filter of {call} neither went on nor set a result.");
        }
        catch (Exception e)
        {
            response = Response.FromException(e);
        }

        call.AnswerAfterFilters(response);
    }
}
