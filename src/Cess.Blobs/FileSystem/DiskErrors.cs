namespace Cess.Blobs.FileSystem;

/// <summary>Says what an error of the file system means to a blob's caller.</summary>
internal static class DiskErrors
{
    private const int NotPermitted = 1;         // EPERM
    private const int InputOutput = 5;          // EIO
    private const int NoRight = 13;             // EACCES
    private const int FileTooBig = 27;          // EFBIG: a limit on file sizes
    private const int NoSpace = 28;             // ENOSPC
    private const int ReadOnlyFileSystem = 30;  // EROFS
    private const int QuotaReached = 122;       // EDQUOT on Linux
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    private const int InUse = 11;               // EWOULDBLOCK on Linux: the lock is another's
    private const int InUseMac = 35;            // EWOULDBLOCK on macOS
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    public static bool IsInUse(IOException e) => e.HResult is InUse or InUseMac or WindowsSharingViolation;

    public static bool IsDisk(Exception e) => e is IOException or UnauthorizedAccessException;

    public static BlobException Explain(Exception e, string what) =>
        e is BlobException explained ? explained : new BlobException(CodeOf(e), $"{what}: {e.Message}", e);

    private static BlobError CodeOf(Exception e) => e switch
    {
        UnauthorizedAccessException => BlobError.AccessDenied,
        FileNotFoundException or DirectoryNotFoundException => BlobError.Transient,
        _ => e.HResult switch
        {
            NoSpace or QuotaReached or FileTooBig or WindowsDiskFull or WindowsHandleDiskFull => BlobError.Full,
            ReadOnlyFileSystem or NotPermitted or NoRight => BlobError.AccessDenied,
            InputOutput => BlobError.DeviceFault,
            _ => BlobError.Transient,
        },
    };
}
