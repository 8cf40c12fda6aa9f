namespace Cess.BlockStore.Files;

/// <summary>
/// Recognises errors of a file system. On Unix the base library puts the errno into <see cref="Exception.HResult"/>.
/// </summary>
public static class DiskErrors
{
    private const int NotPermitted = 1;         // EPERM
    private const int InputOutput = 5;          // EIO
    private const int InUse = 11;               // EWOULDBLOCK on Linux: the lock is another's
    private const int NoRight = 13;             // EACCES
    private const int FileTooBig = 27;          // EFBIG: a limit on file sizes
    private const int NoSpace = 28;             // ENOSPC
    private const int ReadOnlyFileSystem = 30;  // EROFS
    private const int InUseMac = 35;            // EWOULDBLOCK on macOS
    private const int QuotaReached = 122;       // EDQUOT on Linux
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether a call to the file system can throw it.</summary>
    public static bool IsDisk(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>Whether another holds the lock on the file.</summary>
    public static bool IsInUse(IOException e) => e.HResult is InUse or InUseMac or WindowsSharingViolation;

    /// <summary>Whether the disk is full, or a quota or limit reached.</summary>
    public static bool IsFull(Exception e) =>
        e.HResult is NoSpace or QuotaReached or FileTooBig or WindowsDiskFull or WindowsHandleDiskFull;

    /// <summary>Whether the rights on the file, or the way its disk is mounted, don't allow it.</summary>
    public static bool IsAccessDenied(Exception e) =>
        e is UnauthorizedAccessException || e.HResult is ReadOnlyFileSystem or NotPermitted or NoRight;

    /// <summary>Whether the device itself failed.</summary>
    public static bool IsDeviceFault(Exception e) => e.HResult == InputOutput;
}
