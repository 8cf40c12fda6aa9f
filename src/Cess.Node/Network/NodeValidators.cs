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
    public PublicKey KeyOf(AccountId local) => custody.PublicKeyOf(local);

    /// <inheritdoc/>
    public Signature Sign(AccountId local, Hash256 digest) => custody.Sign(local, digest);

    /// <inheritdoc/>
    public bool IsKnown(AccountId validator, PublicKey key)
    {
        LedgerState head = ledger.Head;
        KnownKeys known = Volatile.Read(ref _known);
        if (known.Era != head.Era.Index)
            Volatile.Write(ref _known, known = KnownKeys.Of(head));
        return known.Seats.Contains((validator, key))
            || (head.Account(validator).Key == key && head.Validator(validator) is not null);
    }

    private sealed record KnownKeys(ulong Era, FrozenSet<(AccountId, PublicKey)> Seats)
    {
        public static KnownKeys Of(LedgerState state) =>
            new(state.Era.Index, state.EraMembers().Accounts.Zip(state.Validators.Keys).ToFrozenSet());
    }
}
