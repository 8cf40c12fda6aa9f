using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.Tests;
using Cess.Node.Network;
using Cess.Node.Setup;
using Cess.Peers;
using Cess.Primitives;
using Cess.TestNetwork;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cess.Node.Tests;

public sealed class FollowerTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly StandingTime _time = new();
    private readonly WarningList _warnings = new();
    private readonly FaultList _faults = new();
    private readonly PublicKeyCache _keys = new(16);
    private readonly ECDsa _nodeKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _keys.Dispose();
        _nodeKey.Dispose();
    }

    [Fact]
    public async Task A_node_stops_at_once_and_silently_while_it_waits_to_ask_again()
    {
        await using WebApplication node = Build($"https://127.0.0.1:{ClosedPort()}");
        using var follower = ActivatorUtilities.CreateInstance<Follower>(node.Services, _time);
        await follower.StartAsync(CancellationToken.None);
        await _warnings.First.WaitAsync(s_patience);

        // Time stands, so only the request to stop can end the wait.
        await follower.StopAsync(CancellationToken.None).WaitAsync(s_patience);

        Assert.True(follower.ExecuteTask!.IsCompletedSuccessfully);
        Assert.Equal(1, _warnings.Count);
    }

    [Fact]
    public async Task A_node_stops_at_once_and_silently_while_another_keeps_it_waiting()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using WebApplication node = Build($"https://{silent.LocalEndpoint}");
        using var follower = ActivatorUtilities.CreateInstance<Follower>(node.Services, _time);
        await follower.StartAsync(CancellationToken.None);
        using TcpClient taken = await silent.AcceptTcpClientAsync().WaitAsync(s_patience);

        await follower.StopAsync(CancellationToken.None).WaitAsync(s_patience);

        Assert.True(follower.ExecuteTask!.IsCompletedSuccessfully);
        Assert.Equal(0, _warnings.Count);
    }

    [Fact]
    public async Task A_node_that_says_at_once_that_it_has_no_blocks_is_not_asked_again_without_a_pause()
    {
        await using ServedChain empty = await ServedChain.StartAsync(new TestChain().State.Genesis);
        await using WebApplication node = Build(empty.Url);
        using var follower = ActivatorUtilities.CreateInstance<Follower>(node.Services, _time);

        await follower.StartAsync(CancellationToken.None);
        await Eventually.IsSoAsync("a pause", () => _time.Waits.Contains(NodeLimits.FollowInterval));
        await follower.StopAsync(CancellationToken.None).WaitAsync(s_patience);

        Assert.Equal(1, empty.Reads);
        Assert.Equal(0, _warnings.Count);
    }

    [Fact]
    public async Task A_node_that_was_left_behind_stops_so_that_its_next_start_takes_a_state()
    {
        await using ServedChain pruned = await ServedChain.StartAsync(new TestChain().State.Genesis);
        pruned.HasDroppedBlocks = true;
        // One that does not answer is of no help either.
        await using WebApplication node = Build(pruned.Url, $"https://127.0.0.1:{ClosedPort()}");
        using var follower = ActivatorUtilities.CreateInstance<Follower>(node.Services, TimeProvider.System);
        var head = node.Services.GetRequiredService<LedgerHead>();
        ExecutedBlock block = BlockExecutor.Execute(head.Head, new BlockContext(1, head.Head.EraMembers().Accounts[0]), []);
        head.Publish([new FinalBlock(block, head.Head)]);

        await follower.StartAsync(CancellationToken.None);
        string reason = await _faults.First.WaitAsync(s_patience);
        await follower.StopAsync(CancellationToken.None).WaitAsync(s_patience);

        Assert.Contains("blocks above 1", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_whose_start_has_led_no_further_does_not_stop_again()
    {
        await using ServedChain pruned = await ServedChain.StartAsync(new TestChain().State.Genesis);
        pruned.HasDroppedBlocks = true;
        await using WebApplication node = Build(pruned.Url);
        using var follower = ActivatorUtilities.CreateInstance<Follower>(node.Services, _time);

        await follower.StartAsync(CancellationToken.None);
        await Eventually.IsSoAsync("a pause", () => _time.Waits.Contains(NodeLimits.FollowInterval));
        await follower.StopAsync(CancellationToken.None).WaitAsync(s_patience);

        Assert.False(_faults.First.IsCompleted);
        Assert.Equal(1, _warnings.Count);
    }

    [Fact]
    public async Task A_node_stops_in_the_era_that_its_operator_knows_to_be_another()
    {
        var chain = new ShortErasChain(blocks: 5);
        var trusted = TrustedEra.Of(chain.Head.Era, chain.Head.Validators);
        foreach ((Hash256 hash, bool isRight) in new[] { (trusted.Hash, true), (Hash256.Sha256("others"u8), false) })
        {
            await using ServedChain served = await ServedChain.StartAsync(chain.GenesisState.Genesis);
            var faults = new FaultList();
            await using WebApplication node = Build([served.Url], chain.Chain, faults, new TrustedStart(chain.GenesisState.Genesis, trusted with { Hash = hash }));
            using var follower = ActivatorUtilities.CreateInstance<Follower>(node.Services, _time);
            await follower.StartAsync(CancellationToken.None);
            await Eventually.IsSoAsync("a look at the era", () => faults.First.IsCompleted || served.Reads > 0);
            await follower.StopAsync(CancellationToken.None).WaitAsync(s_patience);

            Assert.Equal(!isRight, faults.First.IsCompleted);
            Assert.Equal(isRight, served.Reads > 0);
        }
    }

    private WebApplication Build(params string[] join) => Build(join, new TestChain(), _faults, trust: null);

    /// <summary>What a node has of its network before any link is there.</summary>
    private WebApplication Build(string[] join, TestChain chain, FaultList faults, TrustedStart? trust)
    {
        var head = new LedgerHead(chain.State);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(_warnings);
        builder.Services.AddSingleton(head).AddSingleton<ILedgerReader>(head);
        builder.Services.AddSingleton<CandidateBlocks>().AddSingleton(new NodeIdentity([])).AddSingleton(new ChainTrust(trust)).AddSingleton(_keys);
        builder.Services.AddSingleton(DispatchProxy.Create<IGrainFactory, Unused>());
        builder.Services.AddSingleton<INodeFault>(faults);
        builder.Services.AddSingleton<IPeerValidators>(new NoValidators());
        builder.Services.AddSingleton(DispatchProxy.Create<IPeerReceiver, Unused>());
        builder.Services.AddPeers(new PeerOptions
        {
            Genesis = chain.State.Genesis,
            Certificate = NodeCertificate.Create(_nodeKey, TimeProvider.System),
            Join = [.. join],
        });
        return builder.Build();
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>What no test here gets to.</summary>
    public class Unused : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new InvalidOperationException($"{targetMethod} was called.");
    }

    private sealed class NoValidators : IPeerValidators
    {
        public IReadOnlySet<AccountId> Local => new HashSet<AccountId>();

        public PublicKey KeyOf(AccountId local) => throw new KeyNotFoundException();

        public Signature Sign(AccountId local, Hash256 digest) => throw new KeyNotFoundException();

        public bool IsKnown(AccountId validator, PublicKey key) => false;
    }

    /// <summary>Why the node has to stop.</summary>
    private sealed class FaultList : INodeFault
    {
        private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> First => _first.Task;

        public void Stop(string reason, Exception cause) => _first.TrySetResult(reason);
    }

    /// <summary>Counts what is worth a warning.</summary>
    private sealed class WarningList : ILoggerProvider, ILogger
    {
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public Task First => _first.Task;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            Interlocked.Increment(ref _count);
            _first.TrySetResult();
        }

        public void Dispose()
        {
        }
    }
}
