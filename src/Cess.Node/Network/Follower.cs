using System.Collections.Immutable;
using Cess.Consensus;
using Cess.Consensus.Messages;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Node.Setup;
using Cess.Peers;
using Cess.Primitives;
using Orleans;

namespace Cess.Node.Network;

/// <summary>
/// Brings final blocks to a node none of whose validators is one of the era: takes them from other nodes, whoever these are, and
/// believes certificates only. Validators of the era learn what is final by their own part in the consensus.
/// </summary>
internal sealed class Follower(
    PeerOptions options,
    PeerLinks links,
    LedgerHead head,
    CandidateBlocks candidates,
    NodeIdentity node,
    ChainTrust trust,
    PublicKeyCache keys,
    IGrainFactory grains,
    INodeFault fault,
    TimeProvider time,
    ILogger<Follower> log) : BackgroundService
{
    private readonly PeerChainClient _client = new(options.Certificate, time);
    private readonly ulong _startedAt = head.Head.Height;
    private readonly HashSet<string> _ofNoHelp = [];
    private bool _areGone;
    private ulong _height;
    private uint _turn;
    private ulong _era;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                if (!LookAtEra())
                    return;
                if (IsValidator() || !await TryFollowAsync(stoppingToken))
                    await Task.Delay(NodeLimits.FollowInterval, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Who may speak has changed, and so whom there have to be links to; false if these are not whom the operator trusts.</summary>
    private bool LookAtEra()
    {
        LedgerState state = head.Head;
        if (state.Era.Index == _era)
            return true;
        _era = state.Era.Index;
        if (trust.IsContradictedBy(state))
        {
            string reason = ChainTrust.Contradiction(state.Era.Index);
            fault.Stop(reason, new InvalidOperationException(reason));
            return false;
        }

        links.Refresh();
        return true;
    }

    private bool IsValidator() => head.Head.EraMembers().Accounts.Any(account => node.Validators.Contains(account));

    private async Task<bool> TryFollowAsync(CancellationToken cancellation)
    {
        try
        {
            return await FollowAsync(cancellation);
        }
        catch (Exception e) when (e is PeerException or InvalidOperationException or TimeoutException or OperationCanceledException)
        {
            if (!cancellation.IsCancellationRequested)
                log.LogWarning("Final blocks could not be had: {Reason}", e.Message);
            return false;
        }
    }

    /// <summary>Takes the next blocks from the next node; false if there has to be a pause before another is asked.</summary>
    private async Task<bool> FollowAsync(CancellationToken cancellation)
    {
        ImmutableArray<string> urls = [.. links.Peers.Select(peer => peer.Endpoint.Url).Union(options.Join)];
        if (urls.IsEmpty)
            return false;
        string url = urls[(int)(_turn++ % (uint)urls.Length)];
        if (head.Head.Height != _height)
        {
            // However the head got there: what was said of other heights says nothing now.
            _ofNoHelp.Clear();
            (_height, _areGone) = (head.Head.Height, false);
        }

        try
        {
            return await FollowAsync(url, cancellation);
        }
        catch (PeerException e)
        {
            _ofNoHelp.Add(url);
            _areGone |= e.Error == PeerError.BlocksGone;
            if (_ofNoHelp.IsSupersetOf(urls))
                StartAgain();
            throw;
        }
    }

    /// <summary>
    /// Nobody gives the next blocks, and some say that they are gone: a start takes another node's state. Not when the last start has
    /// led no further than here, or a node that nobody helps would stop for ever.
    /// </summary>
    private void StartAgain()
    {
        if (_areGone && head.Head.Height > _startedAt)
        {
            string reason = $"no other node has the blocks above {head.Head.Height} any more. Start it again: it takes the state of one of them.";
            fault.Stop(reason, new PeerException(PeerError.BlocksGone, reason));
        }
    }

    private async Task<bool> FollowAsync(string url, CancellationToken cancellation)
    {
        LedgerState state = head.Head;
        long since = time.GetTimestamp();
        // A node that says at once that there is none would be asked without a pause.
        if (await _client.GetFinalBlocksAsync(url, state.Height, NodeLimits.FollowWait, cancellation) is not { } blocks)
            return time.GetElapsedTime(since) >= NodeLimits.FollowInterval;
        // Whoever is as good as the last is asked again: it has the next blocks in its memory.
        _turn--;
        if (blocks.Verify(state, keys) is var error and not ConsensusError.None)
        {
            _turn++;
            log.LogWarning("{Url} gives blocks above {Height} that are not final: {Error}", url, state.Height, error);
            return false;
        }

        await grains.GetGrain<IChainGrain>(StreamNames.ChainKey).FinaliseAsync(
            candidates.Offer(blocks.Blocks, blocks.Links.IsEmpty ? blocks.Certificate : null));
        return true;
    }
}
