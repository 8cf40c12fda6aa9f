using Cess.Blobs.Packs;
using Cess.BlockStore.Simulated;
using static Cess.Blobs.Tests.Packs.PackTesting;

namespace Cess.Blobs.Tests.Packs;

/// <summary>
/// Packs on a simulated disk whose machine crashes at one step after the other: between any two bytes that are written, syncs
/// and changes of names, also those of compaction. Whatever the disk then keeps of what was not synced, every blob is there as
/// the last confirmed change left it, or, where a change was under way, as that one would have.
/// </summary>
public sealed class PackCrashTests
{
    private const int Names = 8;
    private const int Rounds = 20;

    [Theory]
    [InlineData(SurvivingWrites.None, 0)]
    [InlineData(SurvivingWrites.All, 1)]
    [InlineData(SurvivingWrites.Some, 2)]
    [InlineData(SurvivingWrites.Some, 3)]
    [InlineData(SurvivingWrites.Some, 4)]
    public async Task Whenever_the_machine_crashes_every_confirmed_change_is_there(SurvivingWrites surviving, int seed)
    {
        var whole = new SimulatedLogDirectory();
        long steps = (await RunAsync(whole, seed)).Steps;
        Assert.True(steps > 5000);
        Assert.True(PacksOn(whole)[0] != new PackHeader(Number: 0, Salt: 0).FileName, "Nothing was compacted.");
        var random = new Random(seed);
        for (long step = random.Next(5); step < steps; step += 1 + random.Next(9))
        {
            var disk = new SimulatedLogDirectory { CrashAtStep = step };
            Run run = await RunAsync(disk, seed);
            SimulatedLogDirectory restarted = disk.Restart(surviving, random);
            await AssertRecoversAsync(restarted, run, $"step {step}");
        }
    }

    [Fact]
    public async Task A_crash_during_the_recovery_from_a_crash_loses_nothing_either()
    {
        long steps = (await RunAsync(new SimulatedLogDirectory(), seed: 5)).Steps;
        for (long step = 3; step < steps; step += 211)
        {
            var disk = new SimulatedLogDirectory { CrashAtStep = step };
            Run run = await RunAsync(disk, seed: 5);
            SimulatedLogDirectory restarted = disk.Restart(SurvivingWrites.Some, new Random((int)step));
            for (long second = 0; second < 8; second++)
            {
                SimulatedLogDirectory again = restarted.Copy();
                again.CrashAtStep = second;
                await Record.ExceptionAsync(async () => await (await OpenAsync(again)).DisposeAsync());
                SimulatedLogDirectory last = again.Restart(SurvivingWrites.Some, new Random((int)second));
                await AssertRecoversAsync(last, run, $"step {step}, then step {second} of the recovery");
            }
        }
    }

    [Fact]
    public async Task A_change_that_recovery_has_cut_off_does_not_come_back()
    {
        for (int seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var disk = new SimulatedLogDirectory();
            await using (PackedBlobs blobs = await OpenAsync(disk, packBytes: 1 << 20))
                await PutRecordAsync(blobs, name: 0, 512 - PackHeader.Bytes);
            disk = await PutAndCrashAsync(disk, random, 1, 2);
            bool[] found;
            await using (PackedBlobs blobs = await OpenAsync(disk.Copy(), packBytes: 1 << 20))
                found = [blobs.Contains(Name(1)), blobs.Contains(Name(2))];
            disk = await PutAndCrashAsync(disk, random, 3);
            await using (PackedBlobs blobs = await OpenAsync(disk, packBytes: 1 << 20))
                Assert.True(found.SequenceEqual([blobs.Contains(Name(1)), blobs.Contains(Name(2))]), $"Seed {seed}");
        }

        // With the pack's header before the first, each record ends with a sector of the simulated disk.
        static Task PutRecordAsync(PackedBlobs blobs, int name, int recordBytes) => blobs.PutAsync(
            Name(name), new(new byte[recordBytes - PackRecord.BytesOf(Name(name), 0) + 5]), CancellationToken.None).AsTask();

        static async Task<SimulatedLogDirectory> PutAndCrashAsync(SimulatedLogDirectory disk, Random random, params int[] names)
        {
            PackedBlobs blobs = await OpenAsync(disk, packBytes: 1 << 20);
            disk.CrashAtStep = disk.Steps + (names.Length * 512);
            await Record.ExceptionAsync(() => Task.WhenAll(names.Select(name => PutRecordAsync(blobs, name, 512))));
            await Record.ExceptionAsync(async () => await blobs.DisposeAsync());
            return disk.Restart(SurvivingWrites.Some, random);
        }
    }

    /// <summary>Changes several blobs at once, round by round, until done or crashed.</summary>
    private static async Task<Run> RunAsync(SimulatedLogDirectory disk, int seed)
    {
        var run = new Run();
        var random = new Random(seed);
        try
        {
            await using PackedBlobs blobs = await OpenAsync(disk);
            for (int round = 1; round <= Rounds; round++)
            {
                int[] names = [.. Enumerable.Range(0, Names).Where(_ => random.Next(2) == 0)];
                int?[] versions = [.. names.Select(_ => random.Next(4) == 0 ? (int?)null : round)];
                for (int i = 0; i < names.Length; i++)
                    run.UnderWay[names[i]] = versions[i];
                await Task.WhenAll(names.Select((name, i) =>
                    versions[i] is { } version ? PutAsync(blobs, name, version) : DeleteAsync(blobs, name)));
                for (int i = 0; i < names.Length; i++)
                    run.Confirmed[names[i]] = versions[i];
                run.UnderWay.Clear();
            }
            await blobs.Idle;
        }
        catch (Exception e) when (e is BlobException or SimulatedCrashException)
        {
            // The crash that was asked for.
            Assert.NotNull(disk.CrashAtStep);
        }
        run.Steps = disk.Steps;
        return run;
    }

    private static async Task AssertRecoversAsync(SimulatedLogDirectory disk, Run run, string when)
    {
        try
        {
            var found = new Dictionary<int, byte[]?>();
            await using (PackedBlobs blobs = await OpenAsync(disk))
            {
                Assert.Empty(blobs.Damages);
                for (int name = 0; name < Names; name++)
                {
                    found[name] = await ReadAsync(blobs, name);
                    byte[]? confirmed = ContentOrNull(name, run.Confirmed.GetValueOrDefault(name));
                    bool isAllowed = Same(found[name], confirmed)
                        || (run.UnderWay.TryGetValue(name, out int? next) && Same(found[name], ContentOrNull(name, next)));
                    Assert.True(isAllowed, $"Blob {name} is neither as confirmed nor as the change under way made it.");
                }
                await PutAsync(blobs, Names, 1);
                await DeleteAsync(blobs, 0);
                (found[Names], found[0]) = (Content(Names, 1), null);
            }
            await using PackedBlobs again = await OpenAsync(disk.Restart(SurvivingWrites.None, new Random(0)));
            foreach ((int name, byte[]? content) in found)
                Assert.Equal(content, await ReadAsync(again, name));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"After a crash at {when}: {e.Message}", e);
        }
    }

    private static byte[]? ContentOrNull(int name, int? version) => version is { } known ? Content(name, known) : null;

    private static bool Same(byte[]? one, byte[]? other) =>
        one is null ? other is null : other is not null && one.AsSpan().SequenceEqual(other);

    /// <summary>What a run had been told when it ended: each name's version, null where it was deleted.</summary>
    private sealed class Run
    {
        public Dictionary<int, int?> Confirmed { get; } = [];

        public Dictionary<int, int?> UnderWay { get; } = [];

        public long Steps { get; set; }
    }
}
