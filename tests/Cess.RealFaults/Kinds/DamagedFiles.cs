using Cess.RealFaults.Load;
using Cess.RealFaults.Rounds;

namespace Cess.RealFaults.Kinds;

/// <summary>
/// Files of every kind that a node writes go bad while it is down. It refuses to start and names the file, or it makes up for it; nothing
/// wrong is ever served, and with the file as it was all is as it was. Kinds of files are taken in turn, several a round.
/// </summary>
internal sealed class DamagedFiles : FaultKind
{
    private const int FilesPerRound = 3;
    private const int StepsMin = 60;
    private const int StepsMax = 120;

    public override string Name => "damaged-files";

    public override async Task RunAsync(Round round)
    {
        Installation whole = round.Installation;
        round.At("the load before the damage");
        await using (NodeProcess node = await round.StartAsync())
        {
            await using ClientLoad load = round.Load(node);
            await load.StepAsync(round.Random.Next(StepsMin, StepsMax));
            await load.StopAsync();
            await whole.InspectAsync(node);
            // Killed, so that there is all that a clean end would tidy up.
            await node.KillAsync();
        }

        ILookup<StoredFile, string> files = Enumerate(whole.Data);
        for (int i = 0; i < FilesPerRound; i++)
        {
            (int turn, int number) = Math.DivRem((FilesPerRound * round.Turn) + i, StoredFile.All.Count);
            StoredFile kind = StoredFile.All[number];
            // One further each time, so that a kind of file meets all kinds of damage.
            Damage damage = Damage.All[(number + turn) % Damage.All.Count];
            string[] candidates = [.. files[kind]];
            BrokenPromiseException.Unless(candidates.Length > 0, $"There is no file of the kind '{kind.Name}'.");
            await TryAsync(round, whole, kind, damage, candidates[round.Random.Next(candidates.Length)]);
        }
    }

    /// <summary>All files of a data folder by their kind.</summary>
    private static ILookup<StoredFile, string> Enumerate(string data)
    {
        var files = new List<(StoredFile Kind, string Path)>();
        foreach (string file in Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(data, file);
            if (StoredFile.IsLeftover(path))
                continue;
            StoredFile[] kinds = [.. StoredFile.All.Where(kind => kind.Matches(path))];
            BrokenPromiseException.Unless(kinds.Length == 1, $"{path} is of {kinds.Length} kinds; it should be of one of those in StoredFile.All.");
            files.Add((kinds[0], path));
        }

        return files.ToLookup(file => file.Kind, file => file.Path);
    }

    private static async Task TryAsync(Round round, Installation whole, StoredFile kind, Damage damage, string path)
    {
        string copy = whole.Data + "-damaged";
        using Installation damaged = whole.CopyTo(copy);
        damage.ApplyTo(Path.Combine(copy, path), round.Random);
        string what = $"{damage.Name} in {path} ({kind.Name})";
        round.At($"the start with {what}");
        bool isReady;
        await using (NodeProcess node = NodeProcess.Launch(copy, whole.Options))
        {
            isReady = await Recovery.IsReadyAsync(node);
            round.Draw($"{damage.Name} in {kind.Name}: {(isReady ? "runs" : "refused")}");
            if (isReady)
            {
                round.At($"the checks with {what}");
                isReady = await InspectAsync(round, damaged, kind, node);
                await round.StopAsync(node);
            }
            else
            {
                BrokenPromiseException.Unless(kind.Promise != Promise.Heals, $"The node does not start.\n{Recovery.LastWords(node)}");
                Recovery.MustHaveSaidWhy(node, Path.GetFileName(path), kind.Says);
            }
        }

        if (!isReady)
        {
            round.At($"the start after {what} was put right");
            File.Copy(Path.Combine(whole.Data, path), Path.Combine(copy, path), overwrite: true);
            await using NodeProcess node = await NodeProcess.StartAsync(copy, whole.Options);
            await damaged.InspectAsync(node);
            await round.StopAsync(node);
        }

        Directory.Delete(copy, recursive: true);
    }

    /// <returns>False if the node runs, and says itself that it can't do its work.</returns>
    private static async Task<bool> InspectAsync(Round round, Installation damaged, StoredFile kind, NodeProcess node)
    {
        if (kind.Promise == Promise.Heals)
        {
            await damaged.InspectAsync(node);
            return true;
        }

        if (!await damaged.IsHealthyAsync(node.Info))
        {
            round.Draw("says that it is not well");
            return false;
        }

        if (kind.Promise == Promise.MayGoBack)
            await damaged.InspectLooselyAsync(node);
        else
            await damaged.InspectAsync(node);
        return true;
    }
}
