using System.Collections.Immutable;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Chain;

/// <summary>The chain's parameters, set by genesis and changed by the validators' votes.</summary>
public sealed record ChainParameters : IScaleValue<ChainParameters>
{
    /// <summary>What every transaction pays.</summary>
    public Balance TransactionFee { get; init; }

    /// <summary>What every byte of a signed transaction pays on top.</summary>
    public Balance FeePerByte { get; init; }

    /// <summary>What every unit of weight pays on top: see <see cref="Call.Weight"/>.</summary>
    public Balance FeePerWeight { get; init; }

    /// <summary>Most weight of a block's transactions together, checks of signatures included.</summary>
    public ulong BlockWeight { get; init; } = 4_000_000_000;

    /// <summary>The account that fees go to.</summary>
    public AccountId Treasury { get; init; }

    /// <summary>What a miner must have staked for each started TiB (2^40 bytes) that it declares.</summary>
    public Balance StakePerTebibyte { get; init; }

    /// <summary>Blocks from a file's declaration to the block at whose start it is dropped if incomplete; at least 1.</summary>
    public uint DealDeadlineBlocks { get; init; } = 600;

    /// <summary>Fewest blocks from a proposal to its enactment, 1 to <see cref="LedgerLimits.EnactmentBlocksMax"/>.</summary>
    public uint VotingBlocks { get; init; } = 1000;

    /// <summary>Eras, stakes and issuance.</summary>
    public StakingParameters Staking { get; init; } = new();

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteAmount(TransactionFee);
        writer.WriteAmount(FeePerByte);
        writer.WriteAmount(FeePerWeight);
        writer.WriteCompact(BlockWeight);
        writer.Write(Treasury);
        writer.WriteAmount(StakePerTebibyte);
        writer.WriteCompact(DealDeadlineBlocks);
        writer.WriteCompact(VotingBlocks);
        writer.Write(Staking);
    }

    /// <summary>Reads the parameters.</summary>
    public static ChainParameters Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        ChainParameters parameters = new()
        {
            TransactionFee = reader.ReadAmount(),
            FeePerByte = reader.ReadAmount(),
            FeePerWeight = reader.ReadAmount(),
            BlockWeight = reader.ReadCompactU64(),
            Treasury = reader.Read<AccountId>(),
            StakePerTebibyte = reader.ReadAmount(),
            DealDeadlineBlocks = reader.ReadCompactU32(),
            VotingBlocks = reader.ReadCompactU32(),
            Staking = reader.Read<StakingParameters>(),
        };
        return parameters.FindFault() is { } fault ? throw ScaleReader.Invalid(start, fault) : parameters;
    }

    /// <summary>What a transaction pays to the treasury: the base fee, its bytes and its weight. The tip comes on top.</summary>
    /// <param name="bytes">Bytes of the signed transaction, at most <see cref="LedgerLimits.TransactionBytesMax"/>.</param>
    /// <param name="weight">Its weight, at most <see cref="BlockWeight"/>.</param>
    public Balance FeeOf(int bytes, ulong weight) =>
        new(TransactionFee.Units + (FeePerByte.Units * (uint)bytes) + (FeePerWeight.Units * weight));

    internal string? FindFault()
    {
        if (DealDeadlineBlocks == 0)
            return "A deal's deadline is at least one block away.";
        if (Staking.FindFault() is { } fault)
            return fault;
        if (VotingBlocks is 0 or > LedgerLimits.EnactmentBlocksMax)
            return "A vote takes no block, or too many.";
        if (BlockWeight is < LedgerLimits.BlockWeightMin or > LedgerLimits.BlockWeightMax)
            return "A block's weight is out of bounds.";
        if (FeePerWeight > LedgerLimits.FeePerWeightMax)
            return "The fee for weight is too large.";
        // So that no fee can overflow.
        return Balance.Max(TransactionFee, FeePerByte) > LedgerLimits.FeeMax ? "A fee is too large." : null;
    }
}

/// <summary>Who may propose and vote; a vote names its validator by the index in this list.</summary>
/// <param name="Keys">The validators' public keys.</param>
public sealed record ValidatorSet(ImmutableArray<PublicKey> Keys) : IScaleValue<ValidatorSet>
{
    /// <summary>Fewest votes that make a certificate: more than two thirds.</summary>
    public int Quorum => (Keys.Length * 2 / 3) + 1;

    /// <summary>Writes the keys.</summary>
    public void Encode(ScaleWriter writer) => writer.WriteVector(Keys);

    /// <summary>Reads the keys.</summary>
    public static ValidatorSet Decode(ref ScaleReader reader) =>
        new(reader.ReadImmutable<PublicKey>(LedgerLimits.ValidatorsMax, PublicKey.Size));
}

/// <summary>The records of the chain itself.</summary>
internal static class ChainState
{
    public static readonly StateCollection<Singleton, ChainParameters> Parameters = new(ModuleId.Chain, 0, Singleton.Key);

    public static readonly StateCollection<Singleton, ValidatorSet> Validators = new(ModuleId.Chain, 1, Singleton.Key);

    public static readonly StateCollection<Singleton, EraRecord> Era = new(ModuleId.Chain, 2, Singleton.Key);
}
