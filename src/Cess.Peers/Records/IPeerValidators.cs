using Cess.Primitives;

namespace Cess.Peers;

/// <summary>What the links need to know of validators; the host answers from the chain and from its keys.</summary>
/// <remarks>Called by many threads, often, and on the way of messages: answers come from memory.</remarks>
public interface IPeerValidators
{
    /// <summary>Validators and candidates that this node speaks for. May change; each set that is given does not.</summary>
    IReadOnlySet<AccountId> Local { get; }

    /// <summary>The key that a local validator votes with, or if it has no seat, that of its account. Changes with its seat.</summary>
    PublicKey KeyOf(AccountId local);

    /// <summary>Signs a record's digest with the key of a local validator that <see cref="KeyOf"/> gives.</summary>
    Signature Sign(AccountId local, Hash256 digest);

    /// <summary>
    /// Whether this is a validator, a candidate, or of the next set, and this is its key: that of its account or that of its seat.
    /// Where nodes are is believed only under such a key. Must answer from the chain as it is stored before hosted services start.
    /// </summary>
    bool IsKnown(AccountId validator, PublicKey key);
}
