namespace Cess.LightClient.Tests.Verifier;

/// <summary>A block's header (docs/format/ledger.md, "Block").</summary>
internal sealed record ChainHeader(
    byte Version, ulong Height, Bytes32 Parent, ulong TimeMs, Bytes32 Proposer, Bytes32 TransactionsRoot, Bytes32 ReceiptsRoot, Bytes32 StateRoot,
    Bytes32 Hash)
{
    public static ChainHeader Read(ScaleInput input)
    {
        int start = input.Offset;
        ChainHeader header = new(
            input.U8(), input.Uint(), input.Hash(), input.Uint(), input.Hash(), input.Hash(), input.Hash(), input.Hash(), Bytes32.Zero);
        return header with { Hash = Bytes32.Sha256(input.Since(start)) };
    }
}

/// <summary>One validator's vote.</summary>
internal sealed record ChainVote(ushort Validator, ReadOnlyMemory<byte> Signature);

/// <summary>The votes that make a block final (docs/format/ledger.md, "Certificate").</summary>
internal sealed record ChainCertificate(Bytes32 Block, ReadOnlyMemory<byte> Iteration, IReadOnlyList<ChainVote> Votes)
{
    public static ChainCertificate Read(ScaleInput input)
    {
        Bytes32 block = input.Hash();
        int start = input.Offset;
        input.Uint();
        ReadOnlyMemory<byte> iteration = input.Since(start).ToArray();
        return new ChainCertificate(
            block, iteration,
            input.Vector(ChainGenesis.ValidatorsMax, vote => new ChainVote(vote.U16(), vote.Fixed(VoteKey.SignatureSize))));
    }

    /// <summary>What each vote signs.</summary>
    public Bytes32 Digest(Bytes32 genesis) =>
        Bytes32.Sha256("cess/finalise/1"u8.ToArray(), genesis.ToArray(), Block.ToArray(), Iteration);
}

/// <summary>The era whose validators speak for the heights above its start, up to its end.</summary>
internal sealed record ChainEra(ulong Index, ulong Start, ulong End)
{
    public static ChainEra Read(ScaleInput input)
    {
        ChainEra era = new(input.Uint(), input.Uint(), input.Uint());
        input.Hash();
        return era;
    }
}
