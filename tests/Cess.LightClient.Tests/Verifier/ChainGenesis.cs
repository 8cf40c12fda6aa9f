namespace Cess.LightClient.Tests.Verifier;

/// <summary>What a light client needs of a genesis (docs/format/ledger.md, "Genesis"); all of it is read, for nothing may stand behind it.</summary>
internal sealed record ChainGenesis(Bytes32 Hash, string Name, ulong TimeMs, uint EraBlocks, IReadOnlyList<VoteKey> Validators)
{
    private const int NameBytesMax = 64;
    private const int AccountsMax = 1_000_000;
    public const int ValidatorsMax = 1_024;

    /// <summary>Decodes a genesis.</summary>
    public static ChainGenesis Decode(ReadOnlyMemory<byte> bytes)
    {
        ScaleInput input = new(bytes);
        string name = input.Text(NameBytesMax);
        ulong time = input.Uint();
        uint eraBlocks = ReadParameters(input);
        List<Bytes32> accounts = input.Vector(AccountsMax, ReadAccount);
        for (int i = 1; i < accounts.Count; i++)
        {
            if (string.CompareOrdinal(accounts[i - 1].ToString(), accounts[i].ToString()) >= 0)
                throw new RefusedException("The accounts of a genesis are strictly ascending.");
        }

        List<VoteKey> validators = ReadValidators(input);
        input.End();
        return new ChainGenesis(Bytes32.Sha256(bytes), name, time, eraBlocks, validators);
    }

    /// <summary>The validators, here and in the state.</summary>
    public static List<VoteKey> ReadValidators(ScaleInput input)
    {
        List<VoteKey> validators = input.Vector(ValidatorsMax, key => new VoteKey(key.Fixed(VoteKey.Size).Span));
        return validators.Count > 0 ? validators : throw new RefusedException("There is at least one validator.");
    }

    /// <summary>Reads all parameters and gives the length of an era.</summary>
    private static uint ReadParameters(ScaleInput input)
    {
        for (int fee = 0; fee < 3; fee++)
            input.Amount();
        input.Uint();
        input.Hash();
        input.Amount();
        input.Compact(32);
        input.Compact(32);
        uint eraBlocks = (uint)input.Compact(32);
        input.Compact(32);
        input.Compact(32);
        input.Amount();
        input.Amount();
        for (int number = 0; number < 5; number++)
            input.Compact(32);
        input.Amount();
        for (int number = 0; number < 4; number++)
            input.Compact(32);
        return eraBlocks > 0 ? eraBlocks : throw new RefusedException("An era has at least one block.");
    }

    private static Bytes32 ReadAccount(ScaleInput input)
    {
        Bytes32 account = input.Hash();
        input.Amount();
        if (input.Option() && new VoteKey(input.Fixed(VoteKey.Size).Span).Account != account)
            throw new RefusedException("A key of the genesis is not its account's.");
        return account;
    }
}
