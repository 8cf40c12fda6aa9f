using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Peers.Tests;

/// <summary>The values of docs/format/peers.md.</summary>
internal static class Samples
{
    /// <summary>The base point of P-256, which everybody can look up, and its double.</summary>
    private static readonly PublicKey s_one = PublicKey.Parse("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");

    private static readonly PublicKey s_two = PublicKey.Parse("037cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978");

    public static PeerRecord Record { get; } = new(
        Hash(0x0e), s_one.ToAccountId(), s_one, s_two, "https://192.0.2.7:9100", 1_700_000_000_000,
        Signature.FromBytes([.. Enumerable.Repeat((byte)0x5a, 32), .. Enumerable.Repeat((byte)0x6b, 32)]));

    public static LinkFrame Message { get; } = new(
        FrameKind.Consensus, new AccountId(Hash(0x61)), new AccountId(Hash(0x62)), "message"u8.ToArray());

    public static LinkFrame Transactions { get; } = new(
        FrameKind.Transactions, default, default, TransactionList.Encode([new byte[] { 1, 2, 3 }, new byte[] { 4 }]).Single());

    /// <summary>A handover that proves nothing.</summary>
    public static EraHandover Handover(int era)
    {
        StateTree tree = StateTree.Empty.Set(LedgerKeys.Era, [1]);
        BlockHeader header = new((ulong)era, Hash(1), 2, new AccountId(Hash(3)), Hash(4), Hash(5), tree.Root);
        return new EraHandover(
            header, new Certificate(header.ComputeHash(), 9, []), new EraRecord((ulong)era + 1, (ulong)era, (ulong)era + 1, Hash(6)),
            new ValidatorSet([s_one]), StateProof.Of(tree, LedgerKeys.Era));
    }

    private static Hash256 Hash(byte value) => Hash256.FromBytes([.. Enumerable.Repeat(value, Hash256.Size)]);
}
