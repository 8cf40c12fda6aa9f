using System.Runtime.InteropServices;

namespace Cess.BlockStore.Files;

/// <summary>
/// Makes the entries of a folder durable: creations, renames and deletions of files in it.
/// </summary>
/// <remarks>
/// POSIX lets a crash undo a rename or a creation whose folder was not synced, however well the file itself was. The base
/// library opens no folders (<see cref="File.OpenHandle"/> refuses them), hence the direct calls. Windows has no counterpart
/// and needs none: NTFS journals its metadata.
/// </remarks>
public static partial class FolderSync
{
    private const int ReadOnly = 0;
    private const int Interrupted = 4;

    /// <summary>Returns when every change made to the folder's entries before the call has reached the disk.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">The system refused; the state of the entries is unknown. HResult is the errno.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        int descriptor = Retrying(() => Open(folder, ReadOnly));
        if (descriptor < 0)
            throw Failure(folder, Marshal.GetLastPInvokeError());
        try
        {
            if (Fsync(descriptor) != 0)
                throw Failure(folder, Marshal.GetLastPInvokeError());
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static int Retrying(Func<int> call)
    {
        int result;
        do
            result = call();
        while (result < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return result;
    }

    private static IOException Failure(string folder, int errno)
    {
        const int noEntry = 2;
        string message = $"Folder '{folder}' could not be synced: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno}).";
        return errno == noEntry ? new DirectoryNotFoundException(message) : new IOException(message, errno);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
