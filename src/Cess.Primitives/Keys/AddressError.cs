namespace Cess.Primitives;

/// <summary>Why a text is no Bech32m, or no address.</summary>
public enum AddressError : byte
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>The text has more than <see cref="PrimitivesLimits.Bech32mCharsMax"/> characters.</summary>
    TooLong = 1,

    /// <summary>A character does not belong to the alphabet.</summary>
    InvalidCharacter = 2,

    /// <summary>Upper and lower case are mixed.</summary>
    MixedCase = 3,

    /// <summary>The separator 1, the prefix before it, or the six characters of the checksum are missing.</summary>
    MissingPart = 4,

    /// <summary>The checksum does not fit: a typing error, or Bech32 where Bech32m is due.</summary>
    WrongChecksum = 5,

    /// <summary>The prefix is another.</summary>
    WrongPrefix = 6,

    /// <summary>The data has another length.</summary>
    WrongLength = 7,

    /// <summary>The bits that fill up the last character are not zero, or are a whole character.</summary>
    WrongPadding = 8,
}
