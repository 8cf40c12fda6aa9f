using System.Text;
using Cess.Gateway;
using Cess.Gateway.Objects;
using Cess.Primitives;
using Cess.Simulation.Checks;
using Cess.Simulation.World;

namespace Cess.Simulation.Actors;

/// <summary>Somebody who stores, reads, replaces and deletes objects, and remembers what each may be.</summary>
internal sealed class StoringClient(SimulatedWorld world, SimulatedNode node, Dice dice)
{
    private const string Bucket = "photos";
    private const int Keys = 8;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private readonly Caller _caller = new(node.Site!.Owner.Id);

    /// <summary>
    /// What each key may hold: first what was acknowledged last, then what got no answer, which may yet take effect; null for nothing.
    /// </summary>
    private readonly Dictionary<string, List<byte[]?>> _versions = new(StringComparer.Ordinal);
    private bool _hasBucket;

    /// <summary>Counts what has been tried. What goes on after that has ended is answered to nobody.</summary>
    private int _tried;

    /// <summary>True when all that was acknowledged has been read back.</summary>
    public bool IsDone { get; private set; }

    public async Task RunAsync()
    {
        while (world.IsTroubled && !world.HasFailed)
        {
            await world.WaitAsync(dice.Wait(s_pause));
            if (node.IsUp)
                await TryAsync(ActAsync);
        }

        foreach (string key in _versions.Keys.Order(StringComparer.Ordinal))
        {
            while (!world.HasFailed && !(node.IsUp && await TryAsync(() => ReadAsync(key, mustAnswer: true))))
                await world.WaitAsync(TimeSpan.FromSeconds(3));
        }

        IsDone = true;
    }

    private async Task ActAsync()
    {
        if (!_hasBucket)
        {
            await CreateBucketAsync();
            return;
        }

        string key = $"{Encoding.UTF8.GetString(Secrets.Mark)}, {dice.Next(Keys)}";
        switch (dice.Next(10))
        {
            case < 5:
                await PutAsync(key);
                break;
            case < 9:
                await ReadAsync(key, mustAnswer: false);
                break;
            default:
                await DeleteAsync(key);
                break;
        }
    }

    private async Task CreateBucketAsync()
    {
        try
        {
            await Store.CreateBucketAsync(_caller, Bucket, CancellationToken.None);
        }
        catch (ObjectStoreException e) when (e.Code == ObjectStoreError.BucketAlreadyOwnedByYou)
        {
            // An earlier attempt got no answer.
        }

        _hasBucket = true;
    }

    private async Task PutAsync(string key)
    {
        byte[] content = Secrets.Marked(dice.Bytes(dice.Pick([0, 1, 100, 4096, 70_000, 300_000])));
        List<byte[]?> versions = VersionsOf(key);
        versions.Add(content);
        int attempt = _tried;
        try
        {
            await Store.PutAsync(_caller, Bucket, key, new MemoryStream(content), new PutOptions { ContentLength = content.Length }, CancellationToken.None)
                .WaitAsync(s_patience, world.Time);
        }
        catch (ObjectStoreException e) when (e.Code is not ObjectStoreError.ServiceUnavailable && attempt == _tried)
        {
            // Refused: nothing has changed.
            versions.Remove(content);
            world.Trace.Add($"refused {key}, {content.Length} bytes: {e.Code} {e.Message}");
            world.Sometimes(Rare.ObjectRefused);
            return;
        }

        if (attempt != _tried)
            return;
        Settle(key, content);
        world.Sometimes(Rare.ObjectStored);
        world.Trace.Add($"stored {key}, {content.Length} bytes");
    }

    private async Task DeleteAsync(string key)
    {
        VersionsOf(key).Add(null);
        int attempt = _tried;
        await Store.DeleteAsync(_caller, Bucket, key, CancellationToken.None).WaitAsync(s_patience, world.Time);
        if (attempt != _tried)
            return;
        Settle(key, null);
        world.Sometimes(Rare.ObjectDeleted);
    }

    private async Task ReadAsync(string key, bool mustAnswer)
    {
        byte[]?[] possible = [.. VersionsOf(key)];
        byte[]? found;
        try
        {
            await using IObjectReader reader = await Store.OpenAsync(_caller, Bucket, key, CancellationToken.None).WaitAsync(s_patience, world.Time);
            var content = new MemoryStream();
            await reader.CopyToAsync(content, 0, reader.Info.Length, CancellationToken.None).WaitAsync(s_patience, world.Time);
            found = content.ToArray();
        }
        catch (ObjectStoreException e) when (e.Code is ObjectStoreError.NoSuchKey)
        {
            found = null;
        }
        catch (ObjectStoreException e) when (mustAnswer)
        {
            throw new BrokenPromiseException("what was stored can be read", $"{key}: {e.Code} {e.Message}");
        }

        if (!possible.Any(version => version is null ? found is null : found is not null && version.AsSpan().SequenceEqual(found)))
            throw new BrokenPromiseException("what was stored is read as it was", $"{key} has {found?.Length.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no"} bytes, none of {possible.Length} versions");
        world.Sometimes(Rare.ObjectRead);
    }

    /// <summary>
    /// This is the newest now. A deletion that got no answer has happened or can't any more, as the account's nonces have gone past it; a file
    /// that was declared may still be completed.
    /// </summary>
    private void Settle(string key, byte[]? content) =>
        _versions[key] = [content, .. VersionsOf(key).Skip(1).Where(open => open is not null && open != content)];

    private List<byte[]?> VersionsOf(string key)
    {
        if (!_versions.TryGetValue(key, out List<byte[]?>? versions))
            _versions.Add(key, versions = [null]);
        return versions;
    }

    private IObjectStore Store => node.Objects;

    /// <summary>False if there was no answer, or none that can be built on.</summary>
    private async Task<bool> TryAsync(Func<Task> action)
    {
        try
        {
            // As a connection ends with the process at its other end.
            Task asked = action();
            Task first = await Task.WhenAny(asked, node.Ended).WaitAsync(s_patience * 2, world.Time);
            await first;
            return first == asked;
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or OrleansException or ObjectStoreException)
        {
            world.Sometimes(Rare.StorageUnanswered);
            world.Trace.Add($"storage: {e.GetType().Name} {e.Message}");
            return false;
        }
        finally
        {
            _tried++;
        }
    }
}
