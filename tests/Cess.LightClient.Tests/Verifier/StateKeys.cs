using System.Text;

namespace Cess.LightClient.Tests.Verifier;

/// <summary>Where the state keeps what (docs/format/ledger.md, "State").</summary>
internal static class StateKeys
{
    public static Bytes32 Validators { get; } = Key(0, 1, []);

    public static Bytes32 Era { get; } = Key(0, 2, []);

    public static Bytes32 Account(Bytes32 account) => Key(1, 0, account.ToArray());

    public static Bytes32 Bucket(string name)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        return Key(3, 0, [(byte)(text.Length << 2), .. text]);
    }

    public static Bytes32 Object(string bucket, Bytes32 tag)
    {
        byte[] group = Encoding.UTF8.GetBytes(bucket);
        return new Bytes32(
        [
            3, 2,
            .. Bytes32.Sha256(group).ToArray()[..8],
            .. Bytes32.Sha256(group, tag.ToArray()).ToArray()[..22],
        ]);
    }

    public static Bytes32 File(Bytes32 file) => Key(3, 3, file.ToArray());

    public static Bytes32 Deal(Bytes32 file) => Key(3, 4, file.ToArray());

    private static Bytes32 Key(byte module, byte collection, byte[] entryKey) =>
        new([module, collection, .. Bytes32.Sha256(entryKey).ToArray()[..30]]);
}
