using System.Security.Cryptography;

namespace Cess.LightClient.Tests.Network;

/// <summary>
/// A chain that a test makes up from the documentation, with as many validators as it likes: four in era 0, other four in era 1. An era
/// has ten blocks.
/// </summary>
internal sealed class MadeChain : IDisposable
{
    public const uint EraBlocks = 10;

    private readonly ECDsa[] _first = MakeKeys();
    private readonly ECDsa[] _second = MakeKeys();

    public MadeChain()
    {
        Genesis = MakeGenesis();
        Tree = new MadeTree(new Dictionary<Bytes32, byte[]>
        {
            [StateKeys.Era] = EraRecord,
            [StateKeys.Validators] = ValidatorsRecord(_second),
            [StateKeys.Account(Rich)] = Account,
            [StateKeys.Bucket("photos")] = [1, 2, 3],
        });
    }

    public byte[] Genesis { get; }

    /// <summary>The state at every block of the chain.</summary>
    public MadeTree Tree { get; }

    /// <summary>An account with tokens.</summary>
    public static Bytes32 Rich { get; } = Bytes32.Sha256("rich"u8.ToArray());

    /// <summary>Its record: 7 units free, none reserved, nonce 2, no key.</summary>
    public static byte[] Account { get; } = new ScaleOutput().Compact(7).Compact(0).Compact(2).Fixed(0).ToArray();

    /// <summary>The validators of era 0.</summary>
    public IReadOnlyList<ECDsa> First => _first;

    /// <summary>The validators of era 1.</summary>
    public IReadOnlyList<ECDsa> Second => _second;

    public Bytes32 Hash => Bytes32.Sha256(Genesis);

    public static byte[] EraRecord { get; } = new ScaleOutput().Compact(1).Compact(EraBlocks).Compact(2 * EraBlocks).Hash(Bytes32.Zero).ToArray();

    public static byte[] ValidatorsRecord(IReadOnlyList<ECDsa> keys) =>
        keys.Aggregate(new ScaleOutput().Compact(keys.Count), (output, key) => output.Fixed(Compressed(key))).ToArray();

    /// <summary>A header with this state.</summary>
    public byte[] Header(ulong height, Bytes32? parent = null, byte version = 1, Bytes32? receiptsRoot = null) => new ScaleOutput()
        .Fixed(version).Compact(height).Hash(parent ?? Bytes32.Zero).Compact(1_700_000_000_000 + height).Hash(Bytes32.Zero)
        .Hash(Bytes32.Zero).Hash(receiptsRoot ?? Bytes32.Zero).Hash(Tree.Root).ToArray();

    /// <summary>The answer that proves that a block of one transaction began with one payment.</summary>
    public byte[] StartEvents(ulong height, byte amount = 7, byte provenAmount = 7, byte count = 1)
    {
        Bytes32 receipt = Bytes32.Sha256("a receipt's leaf"u8.ToArray());
        Bytes32 leaf = Bytes32.Sha256(new byte[] { 0 }, Payment(provenAmount));
        byte[] header = Header(height, receiptsRoot: Bytes32.Sha256(new byte[] { 1 }, leaf.ToArray(), receipt.ToArray()));
        return new ScaleOutput()
            .Compact(1).Fixed(header).Fixed(Certify(header, _first, 0, 1, 2)).Compact(count).Fixed(Payment(amount)).Compact(1).Hash(receipt).ToArray();

        static byte[] Payment(byte amount) => new ScaleOutput().Compact(1).Fixed(1, 0).Hash(Rich).Hash(Rich).Compact(amount).ToArray();
    }

    /// <summary>Votes for a header by those of some validators that are named by their places.</summary>
    public byte[] Certify(byte[] header, IReadOnlyList<ECDsa> validators, params IReadOnlyList<int> voters)
    {
        Bytes32 block = Bytes32.Sha256(header);
        byte[] iteration = new ScaleOutput().Compact(99).ToArray();
        Bytes32 digest = new ChainCertificate(block, iteration, []).Digest(Hash);
        ScaleOutput output = new ScaleOutput().Hash(block).Fixed(iteration).Compact(voters.Count);
        foreach (int voter in voters)
        {
            byte[] signature = validators[voter].SignHash(digest.ToArray(), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            output.Fixed((byte)voter, 0).Fixed(VoteKey.LowS(signature));
        }

        return output.ToArray();
    }

    /// <summary>The answer that proves some records at a height of era 0.</summary>
    public byte[] Records(ulong height, IReadOnlyList<byte[]?> records, params IReadOnlyList<Bytes32> proven)
    {
        byte[] header = Header(height);
        ScaleOutput output = new ScaleOutput().Compact(1).Fixed(header).Fixed(Certify(header, _first, 0, 1, 2)).Fixed(Tree.Prove(proven)).Compact(records.Count);
        foreach (byte[]? record in records)
        {
            output.Fixed(record is null ? (byte)0 : (byte)1);
            if (record is not null)
                output.Bytes(record);
        }

        return output.ToArray();
    }

    /// <summary>The handover out of era 0.</summary>
    public byte[] Handover(ulong height = EraBlocks, byte[]? era = null, IReadOnlyList<ECDsa>? validators = null, byte[]? certificate = null)
    {
        byte[] header = Header(height);
        return [.. header, .. certificate ?? Certify(header, _first, 0, 1, 2), .. era ?? EraRecord, .. ValidatorsRecord(validators ?? _second), .. Tree.Prove(StateKeys.Era, StateKeys.Validators)];
    }

    public void Dispose()
    {
        foreach (ECDsa key in _first.Concat(_second))
            key.Dispose();
    }

    private static ECDsa[] MakeKeys() => [.. Enumerable.Range(0, 4).Select(_ => ECDsa.Create(ECCurve.NamedCurves.nistP256))];

    private static byte[] Compressed(ECDsa key)
    {
        ECPoint point = key.ExportParameters(includePrivateParameters: false).Q;
        return [(byte)(2 + (point.Y![^1] & 1)), .. point.X!];
    }

    private byte[] MakeGenesis()
    {
        ScaleOutput output = new ScaleOutput().Bytes("made"u8.ToArray()).Compact(1_700_000_000_000);
        // Fees, block weight, treasury, stake, deadline, voting.
        output.Compact(1).Compact(1).Compact(1).Compact(1_000_000).Hash(Bytes32.Zero).Compact(1).Compact(100).Compact(100);
        output.Compact(EraBlocks).Compact(4).Compact(4).Compact(1).Compact(1).Compact(2).Compact(1).Compact(100).Compact(10).Compact(100);
        output.Compact(1_000).Compact(900).Compact(10).Compact(100).Compact(100);
        output.Compact(1).Hash(Rich).Compact(7).Fixed(0);
        return output.Fixed(ValidatorsRecord(_first)).ToArray();
    }
}
