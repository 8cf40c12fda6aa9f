using Cess.Ledger.Modules;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Cess.Grains.Chain;

/// <summary>Tells miners that something of theirs changed, once a run of blocks.</summary>
[ImplicitStreamSubscription(StreamNames.Blocks)]
public sealed class EventRouterGrain(ILedgerReader ledger, ILogger<EventRouterGrain> log)
    : Grain, IEventRouterGrain, IStreamSubscriptionObserver
{
    private ulong _height = ledger.Head.Height;
    private bool _isFresh = true;

    /// <inheritdoc/>
    public Task<ulong> GetHeightAsync() => Task.FromResult(_height);

    /// <inheritdoc/>
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<BlocksFinalised>().ResumeAsync((hint, _) => RouteAsync(hint));

    private async Task RouteAsync(BlocksFinalised hint)
    {
        // Activated by a hint: what it speaks of is not routed yet.
        if (_isFresh)
            _height = Math.Min(_height, hint.From - 1);
        _isFresh = false;
        if (ledger.Above(_height) is not { } blocks)
        {
            // Whoever needed those hints catches up from the ledger on its own.
            log.LogWarning("Hints of blocks {From} to {To} are skipped: too far behind", _height + 1, ledger.Head.Height);
            _height = ledger.Head.Height;
            return;
        }
        if (blocks.Count == 0)
            return;
        foreach ((Subject subject, List<string> names) in BySubject(blocks))
            await PublishAsync(subject, new SubjectChanged(blocks[0].Height, names));
        _height = blocks[^1].Height;
    }

    private static Dictionary<Subject, List<string>> BySubject(IReadOnlyList<FinalBlock> blocks)
    {
        var bySubject = new Dictionary<Subject, List<string>>();
        foreach (LedgerEvent happened in blocks.SelectMany(block => block.Events))
        {
            foreach (Subject subject in happened.Subjects)
            {
                if (subject.Kind != SubjectKind.Miner)
                    continue;
                if (!bySubject.TryGetValue(subject, out List<string>? names))
                    bySubject.Add(subject, names = []);
                string name = happened.GetType().Name;
                if (!names.Contains(name))
                    names.Add(name);
            }
        }
        return bySubject;
    }

    private async Task PublishAsync(Subject subject, SubjectChanged hint)
    {
        StreamId stream = StreamId.Create(
            StreamNames.MinerEvents, long.Parse(subject.Key, System.Globalization.CultureInfo.InvariantCulture));
        try
        {
            await this.GetStreamProvider(StreamNames.Provider).GetStream<SubjectChanged>(stream).OnNextAsync(hint);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            log.LogWarning(e, "A hint on {Stream} was lost", stream);
        }
    }
}
