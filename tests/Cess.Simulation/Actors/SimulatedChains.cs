using Cess.Grains.Chain;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;
using Cess.Simulation.World;

namespace Cess.Simulation.Actors;

/// <summary>The hash chain of one validator, from which its node reveals.</summary>
internal sealed class SimulatedChains(ActorKey validator) : IHashChains
{
    public const int Length = 400;
    private readonly Hash256 _secret = Hash256.Sha256(System.Text.Encoding.UTF8.GetBytes($"chain of {validator.Name}"));

    public Hash256 End
    {
        get
        {
            using var chain = new HashChain(validator.Id, _secret, Length, position: 0);
            return chain.Commitment.Value;
        }
    }

    public Hash256? Find(HashChainCommitment commitment, ulong last, ulong era)
    {
        if (commitment.Account != validator.Id || last < Length)
            return null;
        using var chain = new HashChain(validator.Id, _secret, Length, last - Length);
        Hash256 value = chain.RevealAt(era);
        return commitment.Reveal(value, era) is null ? null : value;
    }
}
