using Cess.Blobs.S3;

namespace Cess.Blobs.Tests;

/// <summary>What the backend over S3 promises, on whatever server.</summary>
public abstract class S3BlobBackendContract : BlobBackendContract
{
    /// <summary>Where the server is, and a bucket of it.</summary>
    protected abstract S3BlobOptions Options { get; }

    protected override int Trials => 4;

    protected override async ValueTask<IBlobBackend> CreateAsync() => await S3BlobBackend.OpenAsync(Fresh());

    /// <summary>Options with a prefix that no other test has used.</summary>
    protected abstract S3BlobOptions Fresh();

    [ContractFact]
    public async Task A_list_of_more_than_a_page_goes_on_to_the_end()
    {
        await using IBlobBackend backend = await CreateAsync();
        string[] names = [.. Enumerable.Range(0, 1100).Select(i => $"many/{i:x4}")];
        await Parallel.ForEachAsync(names, async (name, cancellation) => await backend.PutAsync(Name(name), new byte[1], cancellation));
        Assert.Equal(names, (await ListAsync(backend)).Select(info => info.Name.Value));
        Assert.Equal(names[50..], (await ListAsync(backend, "many/", Name(names[49]))).Select(info => info.Name.Value));
    }

    [ContractFact]
    public async Task Two_prefixes_of_one_bucket_are_two_backends()
    {
        await using IBlobBackend one = await CreateAsync();
        await using IBlobBackend other = await CreateAsync();
        await one.PutAsync(Name("a"), new byte[1]);
        Assert.Empty(await ListAsync(other));
        Assert.Null(await other.StatAsync(Name("a")));
    }

    [ContractFact]
    public async Task A_bucket_that_is_not_there_is_a_wrong_configuration() =>
        await ThrowsAsync(
            BlobError.InvalidConfiguration,
            async () => await S3BlobBackend.OpenAsync(Options with { Bucket = "no-such-bucket" }));

    [ContractFact]
    public async Task A_wrong_key_is_denied_access() =>
        await ThrowsAsync(
            BlobError.AccessDenied,
            async () => await S3BlobBackend.OpenAsync(
                Options with { Credentials = Options.Credentials! with { SecretKey = "wrong" } }));

    [ContractFact]
    public async Task A_server_that_does_not_answer_is_a_passing_error()
    {
        // Port 1 of this machine: nobody listens there.
        BlobException thrown = await ThrowsAsync(
            BlobError.Transient,
            async () => await S3BlobBackend.OpenAsync(Options with { Endpoint = new Uri("http://127.0.0.1:1") }));
        Assert.False(thrown.IsPermanent);
    }

    [ContractFact]
    public async Task An_address_opens_the_bucket()
    {
        S3BlobOptions options = Fresh();
        string address = $"s3://{options.Bucket}/{options.Prefix}?endpoint={Uri.EscapeDataString(options.Endpoint!.ToString())}";
        await using (IBlobBackend backend = await BlobBackends.OpenAsync(address, _ => options.Credentials))
            await backend.PutAsync(Name("a"), new byte[10]);
        await using S3BlobBackend same = await S3BlobBackend.OpenAsync(options);
        Assert.Equal(10, (await same.StatAsync(Name("a")))?.Length);
    }
}
