using System.Runtime.InteropServices;

namespace Orleans.InProcess;

/// <summary>
/// Calls that wait for an answer, to time them out and to break them when the silo stops.
/// Striped by the calling thread: adding and removing cost an uncontended lock each.
/// </summary>
internal sealed class OutstandingCalls
{
    private readonly Stripe[] _stripes = new Stripe[Limits.OutstandingCallStripes];

    internal OutstandingCalls()
    {
        for (int i = 0; i < _stripes.Length; i++)
        {
            _stripes[i].Gate = new Lock();
        }
    }

    internal void Add(GrainCall call)
    {
        int index = Environment.CurrentManagedThreadId & (Limits.OutstandingCallStripes - 1);
        call.Stripe = index;
        call.Outstanding = this;
        ref var stripe = ref _stripes[index];
        lock (stripe.Gate)
        {
            call.EarlierOutstanding = stripe.Newest;
            if (stripe.Newest is { } newest)
            {
                newest.LaterOutstanding = call;
            }

            stripe.Newest = call;
        }
    }

    internal void Remove(GrainCall call)
    {
        ref var stripe = ref _stripes[call.Stripe];
        lock (stripe.Gate)
        {
            if (call.LaterOutstanding is { } later)
            {
                later.EarlierOutstanding = call.EarlierOutstanding;
            }
            else if (stripe.Newest == call)
            {
                stripe.Newest = call.EarlierOutstanding;
            }

            if (call.EarlierOutstanding is { } earlier)
            {
                earlier.LaterOutstanding = call.LaterOutstanding;
            }

            call.LaterOutstanding = null;
            call.EarlierOutstanding = null;
        }
    }

    /// <summary>The calls that a predicate picks, each still waiting when it was looked at.</summary>
    internal List<GrainCall> Find(Func<GrainCall, bool> predicate)
    {
        var found = new List<GrainCall>();
        for (int i = 0; i < _stripes.Length; i++)
        {
            ref var stripe = ref _stripes[i];
            lock (stripe.Gate)
            {
                for (var call = stripe.Newest; call is not null; call = call.EarlierOutstanding)
                {
                    if (predicate(call))
                    {
                        found.Add(call);
                    }
                }
            }
        }

        return found;
    }

    // A cache line each, so that threads do not slow each other down.
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct Stripe
    {
        internal Lock Gate;
        internal GrainCall? Newest;
    }
}
