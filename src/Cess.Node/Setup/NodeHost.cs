using System.Data.Common;
using System.Net;
using Cess.Blobs;
using Cess.BlockStore;
using Cess.Coding;
using Cess.Gateway.Objects;
using Cess.Gateway.Objects.Pipeline;
using Cess.Gateway.Rest;
using Cess.Gateway.Rest.Chain.History;
using Cess.Gateway.S3;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Grains.DataPlane;
using Cess.Grains.LightClients;
using Cess.Ledger;
using Cess.Ledger.State;
using Cess.Node.Hosting;
using Cess.Node.Keys;
using Cess.Node.Network;
using Cess.Node.Network.Snapshots;
using Cess.Peers;
using Cess.Primitives;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Orleans;
using Orleans.Runtime;

namespace Cess.Node.Setup;

/// <summary>Composes a node and runs it until it is stopped.</summary>
public static class NodeHost
{
    /// <summary>Runs a node.</summary>
    /// <returns>0 when it was stopped, 1 when it could not start or had to stop; the reason is on the error output.</returns>
    public static async Task<int> RunAsync(NodeOptions options, CancellationToken cancellation)
    {
        try
        {
            var folder = new NodeFolder(options.DataFolder);
            var parallel = new AllCores();
            await using NodeParts parts = await NodeParts.OpenAsync(options, folder, parallel, cancellation);
            FileCredentials credentials = FileCredentials.Open(folder.CredentialsFile, parts.Owner);
            await using WebApplication app = Build(options, folder, parts, credentials, parallel);
            var fault = (NodeFault)app.Services.GetRequiredService<INodeFault>();
            await app.StartAsync(cancellation);
            var grains = app.Services.GetRequiredService<IGrainFactory>();
            // Its first call begins its work, and that of the validators.
            await grains.GetGrain<IChainGrain>(StreamNames.ChainKey).GetStatusAsync();
            var ledger = app.Services.GetRequiredService<ILedgerReader>();
            if (await IsDoneAsync(RegisterAsync, app, cancellation))
            {
                Announcement announcement = Announce(app, options, folder, parts, credentials);
                announcement.Write(folder);
                Console.Out.Write(announcement.ToText());
            }

            await app.WaitForShutdownAsync(cancellation);
            File.Delete(folder.NodeFile);
            return fault.HasStopped ? 1 : 0;

            Task RegisterAsync(CancellationToken stopping) => Task.WhenAll(
                MinerRegistration.EnsureAsync(grains, ledger, parts.Miners, options.QuotaPerMiner, stopping),
                parts.IsFounderAlone ? ValidatorRegistration.EnsureAsync(grains, ledger, parts.Validators, parts.Chains) : Task.CompletedTask);
        }
        catch (Exception e) when (e is BlockStoreException or BlobException or ChainLoadException or KeyException or IOException
            or LedgerException or UnauthorizedAccessException or InvalidOperationException or ScaleException or PeerException
            or DamagedFileException or OrleansException)
        {
            await Console.Error.WriteLineAsync($"The node can't run: {e.Message}");
            return 1;
        }
        catch (DbException e)
        {
            // Blocks in a database have errors of their own: this is the grains' file.
            await Console.Error.WriteLineAsync(
                $"The node can't run: '{new NodeFolder(options.DataFolder).StateDatabase}' can't be used: {e.Message} If it is damaged, put it back from a copy.");
            return 1;
        }
    }

    /// <summary>
    /// Waits for work that others have to be there for, nobody knows when; false if the node was told to stop before, or had to.
    /// </summary>
    private static async Task<bool> IsDoneAsync(Func<CancellationToken, Task> work, WebApplication app, CancellationToken cancellation)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation, app.Lifetime.ApplicationStopping);
        try
        {
            await work(stopping.Token).WaitAsync(stopping.Token);
            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    private static WebApplication Build(
        NodeOptions options, NodeFolder folder, NodeParts parts, FileCredentials credentials, AllCores parallel)
    {
        // Settings come from the command line alone; watching the working folder for a settings file would cost an event a write.
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        builder.Services.AddSingleton(TimeProvider.System);
        AddChain(builder.Services, options, folder, parts, parallel);
        AddDataPlane(builder.Services, parts);
        AddObjectStore(builder.Services, options, credentials);
        builder.Services.AddS3Transport();
        builder.Services.AddRestDoor(new RestOptions
        {
            ChainName = parts.Genesis.ChainName,
            DefaultPolicy = options.Policy,
            Genesis = Scale.Encode(parts.Genesis),
            HistoryFolder = folder.History,
        });
        builder.Services.AddSingleton<IBlockArchive>(new BlockArchive(parts.Blocks));
        builder.AddGrainRuntime(folder);
        // Services start one after the other, and the doors last: these need the grains, and each the one before.
        if (parts.Proof is { } proof)
            builder.Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<HandoverAdoption>(provider, folder, proof));
        if (options.Trust is { } trust)
        {
            Action<string> tell = Console.Error.WriteLine;
            builder.Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<PassedEraCheck>(provider, trust, tell));
        }

        if (parts.Certificate is not null)
            builder.Services.AddSingleton(new ChainTrust(options.Trust)).AddHostedService<Follower>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.UseS3Limits();
            var host = IPAddress.Parse(options.Host);
            kestrel.Listen(host, options.S3Port, listen => listen.MarkAs(Door.S3));
            kestrel.Listen(host, options.HttpPort, listen => listen.MarkAs(Door.Rest));
            if (options.HasPeers)
                kestrel.ListenPeers(host, options.PeerPort ?? 0);
        });

        WebApplication app = builder.Build();
        app.MapWhen(http => http.CameThrough(Door.S3), s3 => s3.UseS3Door(new S3Options()));
        if (options.HasPeers)
            app.MapPeerDoor();
        app.MapWhen(http => http.CameThrough(Door.Rest), rest => rest.UseRestDoor());
        return app;
    }

    private static void AddChain(
        IServiceCollection services, NodeOptions options, NodeFolder folder, NodeParts parts, AllCores parallel)
    {
        services.AddSingleton(parts.Blocks);
        services.AddSingleton(parts.Genesis);
        services.AddSingleton<EraReplay>();
        services.AddSingleton<IParallelFor>(parallel);
        services.AddSingleton<ICustody>(parts.Keys);
        services.AddSingleton(parts.PublicKeys);
        services.AddSingleton(new NodeIdentity(parts.Validators, parts.Chains) { Abstaining = parts.Abstaining });
        services.AddSingleton(new LedgerHead(parts.Chain.State, parts.Chain.Iteration));
        services.AddSingleton<ILedgerReader>(provider => provider.GetRequiredService<LedgerHead>());
        services.AddSingleton<CandidateBlocks>();
        services.AddSingleton(parts.Journal);
        services.AddSingleton(new ConsensusOptions(options.MessageDelay)
        {
            BlocksPerSnapshot = options.BlocksPerSnapshot,
            BlocksKept = options.BlocksKept,
        });
        services.AddSingleton<ConsensusInboxes>();
        services.AddSingleton<INodeFault, NodeFault>();
        if (parts.Certificate is null)
        {
            services.AddSingleton<IConsensusNetwork>(provider => provider.GetRequiredService<ConsensusInboxes>());
            services.AddSingleton<ITransactionGossip, NoGossip>();
        }
        else
        {
            AddPeers(services, options, folder, parts);
        }
    }

    private static void AddPeers(IServiceCollection services, NodeOptions options, NodeFolder folder, NodeParts parts)
    {
        services.AddPeers(new PeerOptions
        {
            Genesis = parts.Genesis.ComputeHash(),
            Certificate = parts.Certificate!,
            PublicUrl = options.PeerUrl,
            Join = [.. options.Join],
            Store = new PeerFile(folder.PeersFile),
        });
        services.AddSingleton<IPeerValidators, NodeValidators>();
        services.AddSingleton<IPeerChain>(provider => ActivatorUtilities.CreateInstance<NodeChain>(provider, parts.Genesis));
        services.AddSingleton<PeerRouter>();
        services.AddSingleton<IPeerReceiver>(provider => provider.GetRequiredService<PeerRouter>());
        services.AddSingleton<IConsensusNetwork>(provider => provider.GetRequiredService<PeerRouter>());
        services.AddSingleton<ITransactionGossip>(provider => provider.GetRequiredService<PeerRouter>());
    }

    private static void AddDataPlane(IServiceCollection services, NodeParts parts)
    {
        services.AddSingleton<IRandomSource>(SystemRandom.Instance);
        services.AddSingleton<IBufferRegistry, BufferRegistry>();
        services.AddSingleton<IReadLeases, ReadLeases>();
        services.AddSingleton<IMinerBackends>(
            provider => new MinerBackends(parts.Backends, provider.GetRequiredService<ILedgerReader>()));
        services.AddSingleton<IFragmentReader, FragmentReader>();
    }

    private static void AddObjectStore(IServiceCollection services, NodeOptions options, FileCredentials credentials)
    {
        services.AddSingleton<ICredentialStore>(credentials);
        services.AddSingleton(new SegmentBufferPool(NodeLimits.UploadBufferBytes));
        services.AddSingleton(new ReadBuffers(NodeLimits.ReadBufferBytes));
        services.AddHostedService<IdleMemory>();
        services.AddSingleton<FragmentDiscard>();
        services.AddSingleton<SegmentWriter>();
        services.AddSingleton<PartWriter>();
        services.AddSingleton<BucketKeyring>();
        services.AddSingleton<FileCommitter>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ObjectStoreServices>(provider, StoragePolicy.Parse(options.Policy)));
        services.AddSingleton<IObjectStore, ObjectStore>();
    }

    private static Announcement Announce(
        WebApplication app, NodeOptions options, NodeFolder folder, NodeParts parts, FileCredentials credentials)
    {
        // Addresses come in the order in which Kestrel was told to listen.
        string[] addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        return new Announcement(
            Environment.ProcessId, addresses[0], addresses[1], credentials.Of(parts.Owner), parts.Owner.ToString(),
            parts.Keys.FileOf(NodeKeys.Owner), folder.PassphraseFile, folder.Root,
            options.PeerUrl ?? addresses.ElementAtOrDefault(2));
    }

    /// <summary>Hashing and coding on all cores of this machine.</summary>
    private sealed class AllCores : IParallelFor
    {
        public void For(int count, Action<int> body) => Parallel.For(0, count, body);
    }

    /// <summary>Stops the host when the chain's store has failed.</summary>
    private sealed class NodeFault(IHostApplicationLifetime lifetime) : INodeFault
    {
        public bool HasStopped { get; private set; }

        public void Stop(string reason, Exception cause)
        {
            HasStopped = true;
            Console.Error.WriteLine($"The node stops: {reason}");
            // Its callbacks run at once, and whoever calls this may hold what they wait for.
            ThreadPool.QueueUserWorkItem(static host => host.StopApplication(), lifetime, preferLocal: false);
        }
    }
}
