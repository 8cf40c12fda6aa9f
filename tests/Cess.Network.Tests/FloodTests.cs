using System.Collections.Concurrent;
using Cess.BlockStore;
using Cess.Consensus.Messages;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Primitives;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Cess.Network.Tests;

/// <summary>Validators under a flood of messages.</summary>
public sealed class FloodTests
{
    private const int Flood = 10 * GrainLimits.MessagesPerTurn;

    [Fact]
    public async Task Other_calls_get_their_turn_in_the_midst_of_a_flood_of_which_nothing_is_lost_or_changes_places()
    {
        ServedStore store = null!;
        var starts = new SeenStarts();
        await using TestNetwork network = await TestNetwork.StartAsync(
            miners: 1, policy: "1+0", store: inner => store = new ServedStore(inner), filter: starts);
        ulong[] sent = [.. Enumerable.Range(0, Flood).Select(i => (ulong)(i % 3))];
        Assert.True(network.Head.Height > sent.Max());
        AccountId validator = network.Get<NodeIdentity>().Validators[0];
        var inboxes = network.Get<ConsensusInboxes>();
        // Who is no validator is served all the same, in the turn that takes its message. The others come while the first is served.
        store.OnFirst = () =>
        {
            foreach (ulong above in sent[1..])
                Assert.True(inboxes.Post(network.Owner.Account, validator, new FinalBlocksRequest(above)));
            starts.Measure = () => store.Served.Count;
            network.Grains.GetGrain<IConsensusGrain>(validator.ToString()).StartAsync();
        };

        inboxes.Post(network.Owner.Account, validator, new FinalBlocksRequest(sent[0]));

        await TestNetwork.UntilAsync(() => store.Count == Flood && starts.Measured is not null, "all messages, and the call");
        Assert.Equal(GrainLimits.MessagesPerTurn, starts.Measured);
        Assert.Equal(sent, store.Served);
    }

    [Fact]
    public async Task A_validator_that_asks_for_more_than_it_gets_causes_one_warning()
    {
        ServedStore store = null!;
        var warnings = new Warnings();
        await using TestNetwork network = await TestNetwork.StartAsync(
            miners: 1, policy: "1+0", validators: 4, store: inner => store = new ServedStore(inner), warnings: warnings);
        AccountId[] validators = [.. network.Get<NodeIdentity>().Validators];
        var inboxes = network.Get<ConsensusInboxes>();
        store.OnFirst = () => { };

        for (int i = 0; i < Flood; i++)
            Assert.True(inboxes.Post(validators[1], validators[0], new FinalBlocksRequest(ulong.MaxValue)));
        // Senders take turns: when as many of another have been served, all those were heard.
        for (int i = 0; i < Flood; i++)
            Assert.True(inboxes.Post(network.Owner.Account, validators[0], new FinalBlocksRequest(0)));

        await TestNetwork.UntilAsync(() => store.Count == Flood && warnings.Of(validators[1]) > 0, "all messages, and a warning");
        Assert.Equal(1, warnings.Of(validators[1]));
    }

    [Fact]
    public async Task A_journal_of_votes_that_has_grown_too_long_causes_a_warning()
    {
        var warnings = new Warnings();
        await using TestNetwork network = await TestNetwork.StartAsync(
            miners: 1, policy: "1+0", validators: 4, consensus: new ConsensusOptions { JournalBytesWarned = 0 }, warnings: warnings);

        foreach (AccountId validator in network.Get<NodeIdentity>().Validators)
            await TestNetwork.UntilAsync(() => warnings.Of(validator) > 0, "a warning");
    }

    /// <summary>Counts warnings by whom they name.</summary>
    private sealed class Warnings : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _texts = [];

        public int Of(AccountId account) => _texts.Count(text => text.Contains(account.ToString(), StringComparison.Ordinal));

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                _texts.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Looks at something in the turn in which a validator is told to start.</summary>
    private sealed class SeenStarts : IIncomingGrainCallFilter
    {
        private volatile Func<int>? _measure;
        private volatile object? _measured;

        public Func<int> Measure
        {
            set => _measure = value;
        }

        public int? Measured => (int?)_measured;

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (_measure is { } measure && context.MethodName == nameof(IConsensusGrain.StartAsync))
                _measured = measure();
            return context.Invoke();
        }
    }

    /// <summary>Notes from which blocks on others are served, and has none for them.</summary>
    private sealed class ServedStore(IBlockStore inner) : IBlockStore
    {
        private int _count;
        private Action? _onFirst;

        public Action OnFirst
        {
            set => Volatile.Write(ref _onFirst, value);
        }

        /// <summary>Above which heights, in the validator's turns only.</summary>
        public List<ulong> Served { get; } = [];

        public int Count => Volatile.Read(ref _count);

        public ulong? First => inner.First;

        public ulong? Head => inner.Head;

        public IAsyncEnumerable<BlockEntry> ReadFromAsync(ulong height, CancellationToken cancellation = default)
        {
            if (Volatile.Read(ref _onFirst) is not { } onFirst)
                return inner.ReadFromAsync(height, cancellation);
            Served.Add(height - 1);
            if (Served.Count == 1)
                onFirst();
            Volatile.Write(ref _count, Served.Count);
            return AsyncEnumerable.Empty<BlockEntry>();
        }

        public ValueTask AppendAsync(IReadOnlyList<BlockEntry> batch, CancellationToken cancellation = default) =>
            inner.AppendAsync(batch, cancellation);

        public ValueTask<ReadOnlyMemory<byte>> ReadAsync(ulong height, CancellationToken cancellation = default) =>
            inner.ReadAsync(height, cancellation);

        public ValueTask PruneAsync(ulong below, CancellationToken cancellation = default) => inner.PruneAsync(below, cancellation);

        public ValueTask DropBlocksAsync(CancellationToken cancellation = default) => inner.DropBlocksAsync(cancellation);

        public ValueTask SaveSnapshotAsync(
            ulong height, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellation = default) =>
            inner.SaveSnapshotAsync(height, write, cancellation);

        public ValueTask<Snapshot?> OpenLatestSnapshotAsync(CancellationToken cancellation = default) =>
            inner.OpenLatestSnapshotAsync(cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
