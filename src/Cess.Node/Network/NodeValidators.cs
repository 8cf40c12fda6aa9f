using System.Collections.Frozen;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Peers;
using Cess.Primitives;

namespace Cess.Node.Network;

/// <summary>What the links between nodes ask of validators, answered from the chain and from this node's keys.</summary>
internal sealed class NodeValidators(ILedgerReader ledger, ICustody custody, NodeIdentity node) : IPeerValidators
{
    private readonly FrozenSet<AccountId> _local = node.Validators.ToFrozenSet();
    private KnownKeys _known = KnownKeys.Of(ledger.Head);

    /// <inheritdoc/>
    public IReadOnlySet<AccountId> Local => _local;

    /// <inheritdoc/>
    public PublicKey KeyOf(AccountId local)
    {
        // Behind a rotation the seat's key votes until the era ends, and the account's from then on.
        LedgerState head = ledger.Head;
        if (Known(head).Seats.TryGetValue(local, out PublicKey seat) && custody.Holds(local, seat))
            return seat;
        return head.Account(local).Key is { } key && custody.Holds(local, key) ? key : custody.PublicKeyOf(local);
    }

    /// <inheritdoc/>
    public Signature Sign(AccountId local, Hash256 digest) => custody.Sign(local, KeyOf(local), digest);

    /// <inheritdoc/>
    public bool IsKnown(AccountId validator, PublicKey key)
    {
        LedgerState head = ledger.Head;
        return (Known(head).Seats.TryGetValue(validator, out PublicKey seat) && seat == key)
            || (head.Account(validator).Key == key && head.Validator(validator) is not null);
    }

    private KnownKeys Known(LedgerState head)
    {
        KnownKeys known = Volatile.Read(ref _known);
        if (known.Era != head.Era.Index)
            Volatile.Write(ref _known, known = KnownKeys.Of(head));
        return known;
    }

    private sealed record KnownKeys(ulong Era, FrozenDictionary<AccountId, PublicKey> Seats)
    {
        public static KnownKeys Of(LedgerState state) => new(
            state.Era.Index,
            state.EraMembers().Accounts.Zip(state.Validators.Keys).ToFrozenDictionary(seat => seat.First, seat => seat.Second));
    }
}
