using System.Collections.Immutable;
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
    private readonly Wake _changed;
    private readonly CancellationTokenSource _stop = new();
    private volatile ImmutableDictionary<PeerEndpoint, PeerLink> _links = ImmutableDictionary<PeerEndpoint, PeerLink>.Empty;
    private ReadOnlyMemory<byte> _saved;
    private string? _publicUrl;
    private ImmutableArray<string> _join = [];
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
        _changed = new Wake(parts.Time);
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

    /// <summary>
    /// Looks anew at who is a validator and who is local. Happens at an interval, too; whoever sees a change on the chain can have it
    /// at once.
    /// </summary>
    public void Refresh() => _changed.Set();

    /// <summary>Takes the records that were kept, and starts to work once the application listens.</summary>
    /// <exception cref="InvalidOperationException">It is not known where others reach this node, or a URL is none.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_options.PublicUrl is null && _listener.IsEverywhere)
            throw new InvalidOperationException("A node that listens on all addresses must say at which URL others reach it.");
        _publicUrl = _options.PublicUrl is { } given ? Canonical(given) : null;
        if (_options.Join.Length > PeerLimits.JoinUrlsMax)
            throw new InvalidOperationException($"A node joins through at most {PeerLimits.JoinUrlsMax} others.");
        _join = [.. _options.Join.Select(Canonical)];
        Load();
        _book.Changed += Refresh;
        _run = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Ends all links.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _book.Changed -= Refresh;
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
            string url = _publicUrl ?? _listener.Url;
            Bootstrap bootstrap = new([.. _join.Where(other => other != url)], () => !_links.Values.Any(link => link.IsUp), _parts);
            await Task.WhenAll(FollowBookAsync(url, cancellation), bootstrap.RunAsync(cancellation));
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

    private async Task FollowBookAsync(string url, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                _book.Prune();
                bool hasNews = _own.Ensure(url);
                await SetLinksAsync();
                foreach (PeerLink link in hasNews ? _links.Values : [])
                    link.ExchangeRecords();
                Save();
            }
            catch (Exception e)
            {
                // The host's answers about validators are not ours; what fails once may work next time.
                _parts.Log.LogError(e, "The records of this node's validators can't be kept up");
            }

            await _changed.WaitAsync(PeerLimits.GossipInterval, cancellation);
            // Many changes at once cost one look, and somebody who changes all the time costs few.
            await Task.Delay(PeerLimits.BookInterval, _parts.Time, cancellation);
        }
    }

    private Task ListeningAsync(CancellationToken cancellation)
    {
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _lifetime.ApplicationStarted.Register(started.SetResult);
        return started.Task.WaitAsync(cancellation);
    }

    /// <summary>Makes links to nodes that are new in the book, and ends those to nodes that no record names any more.</summary>
    private async Task SetLinksAsync()
    {
        HashSet<PeerEndpoint> named = [.. _book.Records.Select(record => record.Endpoint).Where(node => node.Node != _options.Certificate.Node)];
        PeerLink[] gone = [.. _links.Values.Where(link => !named.Contains(link.Endpoint))];
        PeerLink[] come = [.. named.Where(node => !_links.ContainsKey(node)).Select(node => new PeerLink(node, _parts))];
        _links = _links.RemoveRange(gone.Select(link => link.Endpoint)).AddRange(come.Select(link => KeyValuePair.Create(link.Endpoint, link)));
        foreach (PeerLink link in gone)
            await link.DisposeAsync();
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

    private void Save()
    {
        ReadOnlyMemory<byte> bytes = _book.Encoded.Bytes;
        if (bytes.Span.SequenceEqual(_saved.Span))
            return;
        try
        {
            _options.Store.Save(bytes.Span);
            _saved = bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _parts.Log.LogWarning(e, "The records of other nodes can't be kept");
        }
    }

    private static string Canonical(string url) => PeerRecord.TryCanonicalUrl(url, out string canonical)
        ? canonical
        : throw new InvalidOperationException($"\"{url}\" is not the URL of a node: https://host:port.");
}
