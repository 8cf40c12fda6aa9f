namespace Cess.Primitives;

/// <summary>What is wrong with a key or a signature.</summary>
public enum KeyError : byte
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>The bytes have not the form of a public key: length, first byte, or an x outside the field.</summary>
    MalformedPublicKey = 1,

    /// <summary>The public key has the right form, but the curve has no such point.</summary>
    NotOnCurve = 2,

    /// <summary>A signature has not 64 bytes.</summary>
    MalformedSignature = 3,

    /// <summary>A private scalar is not in 1 … n-1.</summary>
    ScalarOutOfRange = 4,

    /// <summary>A private key's text is damaged, is not encrypted, or the passphrase is wrong.</summary>
    UnreadablePrivateKey = 5,

    /// <summary>The key belongs to another curve than P-256.</summary>
    WrongCurve = 6,

    /// <summary>The passphrase is empty.</summary>
    EmptyPassphrase = 7,
}
