using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>
/// What a light client needs to follow a chain from one era into the next: the last header of the era, certified by its
/// validators, and a proof of what that block's state says of the next.
/// </summary>
/// <param name="Header">Header of the era's last block.</param>
/// <param name="Certificate">Votes of the era's validators.</param>
/// <param name="Era">The next era.</param>
/// <param name="Validators">Its validators.</param>
/// <param name="Proof">Proves both against the header.</param>
public sealed record EraHandover(
    BlockHeader Header, Certificate Certificate, EraRecord Era, ValidatorSet Validators, StateProof Proof)
    : IScaleValue<EraHandover>
{
    /// <summary>The handover at the last block of an era.</summary>
    /// <param name="state">The ledger after that block.</param>
    /// <param name="certificate">The block's certificate.</param>
    /// <exception cref="ArgumentException">The block is not the last of its era.</exception>
    public static EraHandover Of(LedgerState state, Certificate certificate) => state.Era.Start == state.Height && state.Height > 0
        ? new EraHandover(
            state.Header,
            certificate,
            state.Era,
            state.Validators,
            StateProof.Of(state.Tree, LedgerKeys.Era, LedgerKeys.Validators))
        : throw new ArgumentException($"Block {state.Height} is not the last of an era.", nameof(state));

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Header);
        writer.Write(Certificate);
        writer.Write(Era);
        writer.Write(Validators);
        writer.Write(Proof);
    }

    /// <summary>Reads a handover; whether it proves anything is not said.</summary>
    public static EraHandover Decode(ref ScaleReader reader) => new(
        reader.Read<BlockHeader>(),
        reader.Read<Certificate>(),
        reader.Read<EraRecord>(),
        reader.Read<ValidatorSet>(),
        reader.Read<StateProof>());
}
