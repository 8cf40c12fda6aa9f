using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Cess.Consensus.Messages;
using Cess.Peers;
using Cess.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cess.EndToEnd.Validators;

/// <summary>
/// A validator that lies: it speaks over real links under a real validator's key, and in each iteration votes for the block that
/// others vote for, and for another one.
/// </summary>
internal sealed class TwoFacedValidator : IPeerReceiver, IPeerValidators, IPeerChain, IAsyncDisposable
{
    private readonly Hash256 _genesis;
    private readonly PrivateKey _key;
    private readonly PublicKey[] _validators;
    private readonly ECDsa _nodeKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ConcurrentDictionary<ulong, bool> _voted = new();
    private readonly WebApplication _application;

    private TwoFacedValidator(Hash256 genesis, PrivateKey key, PublicKey[] validators, string join)
    {
        (_genesis, _key, _validators) = (genesis, key, validators);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IPeerReceiver>(this).AddSingleton<IPeerValidators>(this).AddSingleton<IPeerChain>(this);
        builder.Services.AddPeers(new PeerOptions
        {
            Genesis = genesis,
            Certificate = NodeCertificate.Create(_nodeKey, TimeProvider.System),
            Join = [join],
        });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenPeers(IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.MapPeerDoor();
    }

    /// <summary>Takes a validator's place among the others.</summary>
    /// <param name="genesis">The chain.</param>
    /// <param name="key">The validator's key.</param>
    /// <param name="validators">Keys of all validators, in the order of the genesis.</param>
    /// <param name="join">A node of the network.</param>
    public static async Task<TwoFacedValidator> StartAsync(Hash256 genesis, PrivateKey key, PublicKey[] validators, string join)
    {
        var liar = new TwoFacedValidator(genesis, key, validators, join);
        await liar._application.StartAsync();
        return liar;
    }

    public IReadOnlySet<AccountId> Local => new HashSet<AccountId> { Self };

    public ReadOnlyMemory<byte> Genesis => default;

    private AccountId Self => _key.PublicKey.ToAccountId();

    public PublicKey KeyOf(AccountId local) => _key.PublicKey;

    public Signature Sign(AccountId local, Hash256 digest) => _key.Sign(digest);

    public bool IsKnown(AccountId validator, PublicKey key) => _validators.Contains(key) && key.ToAccountId() == validator;

    public ValueTask<bool> WaitAboveAsync(ulong above, TimeSpan wait, CancellationToken cancellation) => default;

    public ValueTask<FinalBlocks?> ReadFinalBlocksAsync(ulong above, CancellationToken cancellation) => default;

    public PeerError ReceiveTransactions(PeerCaller sender, IReadOnlyList<ReadOnlyMemory<byte>> transactions) => PeerError.None;

    public PeerError Receive(AccountId from, AccountId to, ReadOnlyMemory<byte> message)
    {
        if (Scale.Decode<ConsensusMessage>(message.Span) is not VoteMessage { Vote: { Kind: VoteKind.Notarise } vote }
            || !_voted.TryAdd(vote.Iteration, true))
        {
            return PeerError.None;
        }

        foreach (Hash256 block in (Hash256[])[vote.Block, Hash256.Sha256(vote.Block.ToArray())])
        {
            Signature signature = _key.Sign(Vote.Digest(VoteKind.Notarise, _genesis, vote.Iteration, block));
            var self = (ushort)Array.IndexOf(_validators, _key.PublicKey);
            byte[] bytes = Scale.Encode<ConsensusMessage>(new VoteMessage(new Vote(self, VoteKind.Notarise, vote.Iteration, block, signature)));
            foreach (PublicKey other in _validators.Where(other => other != _key.PublicKey))
                _application.Services.GetRequiredService<PeerLinks>().Send(Self, other.ToAccountId(), bytes);
        }

        return PeerError.None;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        _nodeKey.Dispose();
    }
}
