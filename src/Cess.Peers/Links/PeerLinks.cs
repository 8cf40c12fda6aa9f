using System.Collections.Immutable;
using System.Threading.Channels;
using Cess.Consensus;
using Cess.Primitives;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cess.Peers;

/// <summary>A node that this one has a link to.</summary>
/// <param name="Endpoint">The node.</param>
/// <param name="IsUp">Whether it has taken the link.</param>
/// <param name="Waiting">Frames that wait for it.</param>
public sealed record PeerStatus(PeerEndpoint Endpoint, bool IsUp, int Waiting);

/// <summary>
/// The way out: a link to every other node in the <see cref="PeerBook"/>. It learns nodes by gossip, and at first from those that
/// <see cref="PeerOptions.Join"/> names. Starts once the application listens.
/// </summary>
public sealed class PeerLinks : IHostedService, IAsyncDisposable
{
    private readonly PeerOptions _options;
    private readonly PeerBook _book;
    private readonly IPeerValidators _validators;
    private readonly OwnRecords _own;
    private readonly PeerListener _listener;
    private readonly LinkParts _parts;
    private readonly Lazy<IPeerReceiver> _receiver;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly Channel<bool> _bookChanged =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private volatile ImmutableDictionary<PeerEndpoint, PeerLink> _links = ImmutableDictionary<PeerEndpoint, PeerLink>.Empty;
    private Task _run = Task.CompletedTask;

    internal PeerLinks(
        PeerOptions options, PeerBook book, IPeerValidators validators, OwnRecords own, PeerListener listener, LinkParts parts,
        Lazy<IPeerReceiver> receiver, IHostApplicationLifetime lifetime)
    {
        _options = options;
        _book = book;
        _validators = validators;
        _own = own;
        _listener = listener;
        _parts = parts;
        _receiver = receiver;
        _lifetime = lifetime;
    }

    /// <summary>The nodes that there are links to.</summary>
    public IReadOnlyList<PeerStatus> Peers =>
        [.. _links.Values.Select(link => new PeerStatus(link.Endpoint, link.IsUp, link.Waiting))];

    /// <summary>
    /// Sends a consensus message to a validator, wherever it is. Never waits, and never fails for the network's sake: what can't be
    /// sent is dropped and counted. To a validator of this node it is given at once, within this call.
    /// </summary>
    /// <param name="from">A validator of this node.</param>
    /// <param name="to">Who gets it.</param>
    /// <param name="message">At most <see cref="ConsensusLimits.MessageBytesMax"/> bytes, which must not change any more.</param>
    /// <exception cref="ArgumentException">The message is longer.</exception>
    public void Send(AccountId from, AccountId to, ReadOnlyMemory<byte> message)
    {
        if (message.Length > ConsensusLimits.MessageBytesMax)
            throw new ArgumentException($"A message has at most {ConsensusLimits.MessageBytesMax} bytes, not {message.Length}.", nameof(message));
        if (_validators.Local.Contains(to))
            _receiver.Value.Receive(from, to, message);
        else if (_book.TryFind(to, out PeerRecord? record) && _links.TryGetValue(record.Endpoint, out PeerLink? link))
            link.Enqueue(new LinkFrame(FrameKind.Consensus, from, to, message));
        else
            _parts.Metrics.Dropped(DropReason.ReceiverUnknown, 1);
    }

    /// <summary>Passes transactions on to all nodes; as <see cref="Send"/>, it never waits.</summary>
    /// <param name="transactions">Signed transactions in SCALE.</param>
    /// <param name="except">The node that they came from.</param>
    /// <exception cref="PeerException"><see cref="PeerError.TooLong"/>: one is longer than the ledger allows.</exception>
    public void SendTransactions(IReadOnlyList<ReadOnlyMemory<byte>> transactions, PublicKey? except = null)
    {
        foreach (byte[] list in TransactionList.Encode(transactions))
        {
            foreach (PeerLink link in _links.Values)
            {
                if (link.Endpoint.Node != except)
                    link.Enqueue(new LinkFrame(FrameKind.Transactions, default, default, list));
            }
        }
    }

    /// <summary>Takes the records that were kept, and starts to work once the application listens.</summary>
    /// <exception cref="InvalidOperationException">It is not known where others reach this node.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_options.PublicUrl is { } url && !(PeerRecord.TryCanonicalUrl(url, out string canonical) && canonical == url))
            throw new InvalidOperationException($"\"{url}\" is not the URL of a node: https://host:port.");
        if (_options.PublicUrl is null && _listener.IsEverywhere)
            throw new InvalidOperationException("A node that listens on all addresses must say at which URL others reach it.");
        Load();
        _book.Changed += OnBookChanged;
        _run = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Ends all links.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _book.Changed -= OnBookChanged;
        if (!_stop.IsCancellationRequested)
            await _stop.CancelAsync();
        await _run;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await ListeningAsync(cancellation);
            string url = _options.PublicUrl ?? _listener.Url;
            Backoff joining = new(_parts.Random);
            ReadOnlyMemory<byte> saved = default;
            while (true)
            {
                _book.Prune();
                _own.Ensure(url);
                await FollowBookAsync();
                Save(ref saved);
                bool isAlone = !_links.Values.Any(link => link.IsUp);
                if (isAlone)
                    await JoinAsync(url, cancellation);
                else
                    joining.Reset();
                await BookChangeAsync(isAlone ? joining.Next() : PeerLimits.GossipInterval, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
        finally
        {
            foreach (PeerLink link in _links.Values)
                await link.DisposeAsync();
            _links = _links.Clear();
        }
    }

    private Task ListeningAsync(CancellationToken cancellation)
    {
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _lifetime.ApplicationStarted.Register(started.SetResult);
        return started.Task.WaitAsync(cancellation);
    }

    /// <summary>Makes links to nodes that are new in the book, and ends those to nodes that no record names any more.</summary>
    private async Task FollowBookAsync()
    {
        HashSet<PeerEndpoint> named = [.. _book.Records.Select(record => record.Endpoint).Where(node => node.Node != _options.Certificate.Node)];
        PeerLink[] gone = [.. _links.Values.Where(link => !named.Contains(link.Endpoint))];
        PeerLink[] come = [.. named.Where(node => !_links.ContainsKey(node)).Select(node => new PeerLink(node, _parts))];
        _links = _links.RemoveRange(gone.Select(link => link.Endpoint)).AddRange(come.Select(link => KeyValuePair.Create(link.Endpoint, link)));
        foreach (PeerLink link in gone)
            await link.DisposeAsync();
    }

    /// <summary>
    /// Asks the nodes that the operator has named. Which keys they have is not known, and need not be: records prove themselves, and
    /// nothing else is said.
    /// </summary>
    private async Task JoinAsync(string ownUrl, CancellationToken cancellation)
    {
        using PeerClient client = new(_options.Certificate, pinned: null, _parts.Time);
        foreach (string url in _options.Join.Where(url => url != ownUrl))
        {
            try
            {
                await _parts.Records.RunAsync(client, url, new RecordExchange.Memory(), cancellation);
            }
            catch (PeerException e)
            {
                _parts.Log.LogWarning("Can't join through {Url}: {Reason}", url, e.Message);
            }
        }
    }

    private void Load()
    {
        try
        {
            if (_options.Store.Load() is { } bytes)
                _book.Add(Scale.Decode<PeerRecords>(bytes).Records);
        }
        catch (Exception e) when (e is IOException or ScaleException or UnauthorizedAccessException)
        {
            _parts.Log.LogWarning(e, "The records of other nodes that were kept can't be read; they have to be learned again");
        }
    }

    private void Save(ref ReadOnlyMemory<byte> saved)
    {
        ReadOnlyMemory<byte> bytes = _book.Encoded.Bytes;
        if (bytes.Span.SequenceEqual(saved.Span))
            return;
        try
        {
            _options.Store.Save(bytes.Span);
            saved = bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _parts.Log.LogWarning(e, "The records of other nodes can't be kept");
        }
    }

    /// <summary>Ends when the book has changed, or after this time.</summary>
    private async Task BookChangeAsync(TimeSpan limit, CancellationToken cancellation)
    {
        using CancellationTokenSource timer = new(limit, _parts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            await _bookChanged.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
        }
    }

    private void OnBookChanged() => _bookChanged.Writer.TryWrite(true);
}
