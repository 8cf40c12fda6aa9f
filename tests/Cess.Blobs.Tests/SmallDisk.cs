using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Cess.Blobs.Tests;

/// <summary>A test that mounts a small disk in memory, which takes Linux and the right to mount; skipped elsewhere.</summary>
public sealed class FactOnTmpfsAttribute : FactAttribute
{
    public FactOnTmpfsAttribute()
    {
        if (!SmallDisk.CanMount)
            Skip = "Mounting a tmpfs to fill it up takes Linux and the right to mount.";
    }
}

/// <summary>A tmpfs of a few KiB, unmounted with the test.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SmallDisk(int kibibytes)
    {
        if (Mount("tmpfs", _folder.Path, "tmpfs", 0, $"size={kibibytes}k") != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "The tmpfs could not be mounted.");
    }

    public static bool CanMount { get; } = TryMount();

    public string Path => _folder.Path;

    public void Dispose()
    {
        const int detach = 2;
        if (Unmount(Path, detach) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "The tmpfs could not be unmounted.");
        _folder.Dispose();
    }

    private static bool TryMount()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            new SmallDisk(kibibytes: 64).Dispose();
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "mount", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false)]
    private static extern int Mount(string source, string target, string type, nuint flags, string data);

    [DllImport("libc", EntryPoint = "umount2", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false)]
    private static extern int Unmount(string target, int flags);
}
