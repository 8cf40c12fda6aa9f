namespace Cess.BlockStore.Simulated;

/// <summary>What a crash leaves of the changes that were not synced.</summary>
public enum SurvivingWrites
{
    /// <summary>None: the disk had them all in its cache.</summary>
    None = 0,

    /// <summary>All, the last of them cut off where the crash hit it.</summary>
    All = 1,

    /// <summary>
    /// Any: each 512-byte sector of each write for itself, lengths with or without the bytes (then zeros), and the changes of
    /// names up to any one, as a file system with a journal of names does.
    /// </summary>
    Some = 2,
}
