namespace Cess.Blobs;

/// <summary>Why a backend refused or failed.</summary>
public enum BlobError
{
    /// <summary>There is no blob of this name.</summary>
    NotFound = 1,

    /// <summary>The disk is full or a quota is reached. Deleting blobs, or another backend, helps; waiting doesn't.</summary>
    Full = 2,

    /// <summary>A network, a busy server or a passing condition was in the way: the same call may succeed later.</summary>
    Transient = 3,

    /// <summary>The stored bytes are not those that were put.</summary>
    Corrupt = 4,

    /// <summary>The name or prefix breaks the rules of <see cref="BlobName"/>.</summary>
    InvalidName = 5,

    /// <summary>The blob exceeds <see cref="IBlobBackend.BlobBytesMax"/>.</summary>
    TooLarge = 6,

    /// <summary>The credentials, or the rights on the folder, don't allow it.</summary>
    AccessDenied = 7,

    /// <summary>The stream held fewer or more bytes than the put declared; nothing was stored.</summary>
    LengthMismatch = 8,

    /// <summary>The device reported an I/O error, so the state of what was being written is unknown: use another device.</summary>
    DeviceFault = 9,

    /// <summary>Another process, or another backend of this one, has the folder open.</summary>
    Locked = 10,

    /// <summary>The address or options of the backend make no sense.</summary>
    InvalidConfiguration = 11,
}

/// <summary>The one exception of every blob backend.</summary>
public sealed class BlobException : Exception
{
    /// <summary>Creates the exception for a code, with a message for people and the cause, if there is one.</summary>
    public BlobException(BlobError error, string message, Exception? cause = null)
        : base(message, cause) => Error = error;

    /// <summary>What went wrong.</summary>
    public BlobError Error { get; }

    /// <summary>Whether the same call, made again with nothing else changed, is bound to fail again.</summary>
    public bool IsPermanent => Error != BlobError.Transient;

    internal static BlobException NotFound(BlobName name, Exception? cause = null) =>
        new(BlobError.NotFound, $"There is no blob '{name}'.", cause);

    internal static BlobException TooLarge(BlobName name, long length, long limit) =>
        new(BlobError.TooLarge, $"Blob '{name}' has {length} bytes; this backend takes at most {limit}.");

    internal static BlobException Full(long requested, long available, long quota) =>
        new(BlobError.Full, $"{requested} bytes don't fit: {available} of the quota of {quota} are left.");

    internal static BlobException LengthMismatch(BlobName name, long declared, string found) =>
        new(BlobError.LengthMismatch, $"Blob '{name}' was declared to have {declared} bytes, but its stream {found}.");
}
