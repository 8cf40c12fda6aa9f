using Cess.EndToEnd.Network;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Clients;

/// <summary>What every S3 client must be able to do. One class a client derives from it.</summary>
[Collection(SharedNetwork.Name)]
public abstract class ClientBattery(NetworkFixture network) : IAsyncLifetime
{
    private const int MultipartLength = (20 << 20) + 12_345;

    /// <summary>Around the sizes at which something changes: frames of 64 KiB, the first megabyte.</summary>
    private static readonly int[] Lengths = [0, 1, 4_096, 65_535, 65_536, 65_537, 1_000_000];

    private static readonly string[] OddKeys =
    [
        "a b/c  d.txt",
        "plus+and%25percent%2Fslash.bin",
        "Ünïcödé/ключ/鍵.dat",
        "emoji-🗝/😀",
        "composed-\u00E9",
        "decomposed-e\u0301",
        "quotes'\"<&>.xml",
        "question?hash#amp&eq=.txt",
        "~!*()$@:,;=",
        "back\\slash",
        ".hidden/..twodots",
        $"long/{new string('x', 200)}/{new string('y', 200)}",
    ];

    private TemporaryFolder Folder { get; } = new();
    private ulong _content;

    internal IStorageClient Client { get; private set; } = null!;

    internal string Bucket { get; private set; } = "";

    internal NetworkFixture Network { get; } = network;

    internal string this[string name] => Folder[name];

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Client = Connect(Network.Node, Folder);
        Bucket = Network.NewBucketName();
        await Client.MakeBucketAsync(Bucket);
    }

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        (Client as IDisposable)?.Dispose();
        Folder.Dispose();
        return Task.CompletedTask;
    }

    [ClientFact]
    public async Task A_file_of_any_size_comes_back_byte_for_byte()
    {
        foreach (var length in Lengths)
        {
            await PutAndGetAsync($"sizes/{length}.bin", length);
        }
    }

    [ClientFact]
    public Task A_file_in_many_parts_comes_back_byte_for_byte() => PutAndGetAsync("parts.bin", MultipartLength);

    [ClientFact]
    public async Task Odd_keys_name_what_they_were_given_to()
    {
        var keys = OddKeys.Where(CanSay).ToArray();
        foreach (var key in keys)
        {
            await PutAndGetAsync(key, length: 100 + key.Length);
        }

        Assert.Equal(keys.Order(StringComparer.Ordinal), (await Client.ListAsync(Bucket)).Order(StringComparer.Ordinal));
    }

    [ClientFact]
    public async Task A_second_upload_replaces_the_first()
    {
        await PutAndGetAsync("twice.bin", 70_000);
        await PutAndGetAsync("twice.bin", 3_000);
        Assert.Equal(["twice.bin"], await Client.ListAsync(Bucket));
    }

    [ClientFact]
    public async Task A_deleted_object_is_gone_and_its_neighbour_is_not()
    {
        await PutAndGetAsync("kept.bin", 10);
        await PutAndGetAsync("gone.bin", 10);
        await Client.DeleteAsync(Bucket, "gone.bin");

        Assert.Equal(["kept.bin"], await Client.ListAsync(Bucket));
        await AssertGetsNothingAsync("gone.bin");
        Assert.Null(await Network.S3.GetAsync(Bucket, "gone.bin"));
    }

    [ClientFact]
    public async Task A_prefix_lists_what_begins_with_it()
    {
        foreach (var key in (string[])["a/1", "a/2", "ab/3", "b/4"])
        {
            await Network.S3.PutAsync(Bucket, key, new byte[] { 1 });
        }

        Assert.Equal(["a/1", "a/2"], (await Client.ListAsync(Bucket, "a/")).Order(StringComparer.Ordinal));
    }

    [ClientFact]
    public async Task A_listing_of_many_pages_misses_nothing()
    {
        var (bucket, keys) = await Network.ManyObjectsAsync();
        Assert.Equal(keys, (await Client.ListAsync(bucket)).Order(StringComparer.Ordinal));
    }

    /// <summary>The client under test.</summary>
    internal abstract IStorageClient Connect(NodeProcess node, TemporaryFolder folder);

    /// <summary>False for a key that the client itself would alter or refuse.</summary>
    internal virtual bool CanSay(string key) => true;

    /// <summary>A client may fail on a missing object, or find nothing to copy; it must not bring anything.</summary>
    private async Task AssertGetsNothingAsync(string key)
    {
        var file = Folder["nothing"];
        var failure = await Record.ExceptionAsync(() => Client.GetAsync(Bucket, key, file));
        Assert.True(failure is not TimeoutException, $"{failure}");
        Assert.False(File.Exists(file), $"{key} was brought.");
    }

    /// <summary>Uploads new content and downloads it again.</summary>
    internal async Task PutAndGetAsync(string key, long length)
    {
        var content = new PseudoRandomContent(++_content, length);
        var (source, back) = (Folder["source"], Folder["back"]);
        content.WriteTo(source);
        await Client.PutAsync(Bucket, key, source);
        File.Delete(back);
        await Client.GetAsync(Bucket, key, back);
        Assert.True(content.DifferenceTo(back) is null, $"{key}: {content.DifferenceTo(back)}");
    }
}
