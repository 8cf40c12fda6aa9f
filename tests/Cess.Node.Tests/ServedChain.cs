using System.Net;
using System.Security.Cryptography;
using Cess.Consensus.Messages;
using Cess.Peers;
using Cess.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cess.Node.Tests;

/// <summary>A node as others see it, which gives whatever a test puts into it.</summary>
internal sealed class ServedChain : IPeerChain, IPeerReceiver, IPeerValidators, IAsyncDisposable
{
    private readonly ECDsa _nodeKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly NodeCertificate _certificate;
    private readonly WebApplication _app;
    private int _reads;

    private ServedChain(Hash256 genesis)
    {
        _certificate = NodeCertificate.Create(_nodeKey, TimeProvider.System);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IPeerChain>(this).AddSingleton<IPeerReceiver>(this).AddSingleton<IPeerValidators>(this);
        builder.Services.AddPeers(new PeerOptions { Genesis = genesis, Certificate = _certificate });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenPeers(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapPeerDoor();
    }

    public static async Task<ServedChain> StartAsync(Hash256 genesis)
    {
        var served = new ServedChain(genesis);
        await served._app.StartAsync();
        return served;
    }

    public string Url => _app.Urls.Single();

    /// <summary>What it gives to who joins.</summary>
    public ReadOnlyMemory<byte> Genesis { get; set; }

    /// <summary>What it gives as a snapshot; null for none.</summary>
    public ServedSnapshot? Snapshot { get; set; }

    /// <summary>Handovers out of the eras from 0 on.</summary>
    public List<byte[]> Handovers { get; set; } = [];

    /// <summary>Most handovers in one answer.</summary>
    public int HandoversAtOnce { get; set; } = PeerLimits.HandoversMax;

    /// <summary>Whether its blocks begin above those asked for.</summary>
    public bool HasDroppedBlocks { get; set; }

    /// <summary>Answers any question for blocks.</summary>
    public FinalBlocks? Blocks { get; set; }

    /// <summary>How often blocks have been read.</summary>
    public int Reads => Volatile.Read(ref _reads);

    public IReadOnlySet<AccountId> Local => new HashSet<AccountId>();

    public ValueTask<bool> WaitAboveAsync(ulong above, TimeSpan wait, CancellationToken cancellation) => ValueTask.FromResult(true);

    public ValueTask<FinalBlocks?> ReadFinalBlocksAsync(ulong above, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _reads);
        return HasDroppedBlocks ? throw new PeerException(PeerError.BlocksGone, "they were dropped.") : ValueTask.FromResult(Blocks);
    }

    public ValueTask<PeerSnapshot?> OpenSnapshotAsync(CancellationToken cancellation) => ValueTask.FromResult(
        Snapshot is { } snapshot ? new PeerSnapshot(snapshot.Height, snapshot.Block, snapshot.Open()) : null);

    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadHandoversAsync(ulong era, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>([.. Handovers.Skip((int)era).Take(HandoversAtOnce).Select(bytes => (ReadOnlyMemory<byte>)bytes)]);

    public PublicKey KeyOf(AccountId local) => throw new KeyNotFoundException();

    public Signature Sign(AccountId local, Hash256 digest) => throw new KeyNotFoundException();

    public bool IsKnown(AccountId validator, PublicKey key) => false;

    public PeerError Receive(AccountId from, AccountId to, ReadOnlyMemory<byte> message) => PeerError.None;

    public PeerError ReceiveTransactions(PeerCaller sender, IReadOnlyList<ReadOnlyMemory<byte>> transactions) => PeerError.None;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _certificate.Dispose();
        _nodeKey.Dispose();
    }
}

/// <summary>What a node gives as a snapshot.</summary>
internal sealed record ServedSnapshot(ulong Height, byte[] Block, Func<Stream> Open);
