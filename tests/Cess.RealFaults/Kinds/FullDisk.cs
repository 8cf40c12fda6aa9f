using Cess.RealFaults.Load;
using Cess.RealFaults.Rounds;

namespace Cess.RealFaults.Kinds;

/// <summary>
/// A small disk that is filled up under load. The node refuses what it can't store, or stops itself and says why; once there is space,
/// and in the worst case after a start, all is as it was.
/// </summary>
internal sealed class FullDisk : FaultKind
{
    private const string Size = "384m";
    private const int StepsMax = 100;
    private const int AttemptsMax = 120;
    private const double Kills = 0.5;

    private static readonly long[] s_left = [0, 0, 4 << 10, 64 << 10, 1 << 20, 16 << 20];

    private readonly Lazy<string?> _reason = new(WhyNot);

    public override string Name => "full-disk";

    public override string? ReasonToSkip => _reason.Value;

    public override Task<Installation> MakeInstallationAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        Tool.MustRun("mount", "-t", "tmpfs", "-o", $"size={Size}", "tmpfs", folder);
        return Installation.MakeAsync(Path.Combine(folder, "data"), Options);
    }

    public override string Release(string folder, bool keep)
    {
        string kept = folder + "-kept";
        if (keep)
            Installation.CopyFolder(Path.Combine(folder, "data"), kept);
        Tool.MustRun("umount", "--lazy", folder);
        Directory.Delete(folder);
        return kept;
    }

    public override async Task RunAsync(Round round)
    {
        string disk = Path.GetDirectoryName(round.Installation.Data)!;
        string ballast = Path.Combine(disk, "ballast");
        long left = s_left[round.Random.Next(s_left.Length)];
        round.Draw($"{left >> 10} KiB left");
        round.At("the start");
        await using NodeProcess node = await round.StartAsync();
        await using ClientLoad load = round.Load(node);
        await load.StepAsync(round.Random.Next(StepsMax));
        load.ExpectFailures();
        round.At("filling the disk");
        Fill(ballast, left);
        round.At("the load on a full disk");
        await load.AttemptAsync(round.Random.Next(AttemptsMax), node);
        if (node.IsRunning && round.Random.NextDouble() < Kills)
        {
            round.At("the kill while the disk is full");
            round.Draw("killed");
            await node.KillAsync();
            await load.StopAsync();
            round.At("the start while the disk is full");
            await TryStartAsync(round);
            File.Delete(ballast);
        }
        else
        {
            await load.StopAsync();
            File.Delete(ballast);
            await Recovery.InspectAfterAsync(round, node, "the same process with space again");
        }

        await RecoverAsync(round, node);
    }

    /// <summary>A start without space may fail, but not without a word.</summary>
    private static async Task TryStartAsync(Round round)
    {
        await using NodeProcess node = NodeProcess.Launch(round.Installation.Data, round.Installation.Options);
        if (await Recovery.IsReadyAsync(node))
            round.Draw("started");
        else
            Recovery.MustHaveSaidWhy(node);
    }

    private static void Fill(string path, long left)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] piece = new byte[1 << 20];
        int size = piece.Length;
        while (size > 0)
        {
            long free = new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace - left;
            size = free >= size ? size : (int)Math.Max(free, 0);
            try
            {
                file.Write(piece.AsSpan(0, size));
            }
            catch (IOException)
            {
                // The node was faster.
                size /= 2;
            }
        }
    }

    private static string? WhyNot()
    {
        if (!Environment.IsPrivilegedProcess || !Tool.IsThere("mount"))
            return "only root may mount a small disk, where there is mount";
        string folder = Directory.CreateTempSubdirectory("cess-mount-").FullName;
        try
        {
            return Tool.Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder) ?? Tool.Run("umount", folder);
        }
        finally
        {
            Directory.Delete(folder);
        }
    }
}
