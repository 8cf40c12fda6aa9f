namespace Cess.Blobs.Tests;

/// <summary>What every backend with a quota does with one of 1,000 bytes.</summary>
internal static class QuotaChecks
{
    public static async Task CheckAsync(IBlobBackend backend)
    {
        BlobName a = BlobName.Parse("a");
        BlobName b = BlobName.Parse("b");
        await backend.PutAsync(a, new byte[600]);
        await RefusesAsync(() => backend.PutAsync(b, new byte[401]));
        await RefusesAsync(() => backend.PutAsync(b, new MemoryStream(new byte[401]), 401));
        Assert.Null(await backend.StatAsync(b));
        Assert.Equal(600, (await backend.SpaceAsync()).UsedBytes);
        Assert.Equal(400, (await backend.SpaceAsync()).AvailableBytes);

        await backend.PutAsync(b, new byte[400]);
        Assert.Equal(0, (await backend.SpaceAsync()).AvailableBytes);
        await backend.DeleteAsync(a);
        await backend.PutAsync(a, new MemoryStream(new byte[600]), 600);
        Assert.Equal(1000, (await backend.SpaceAsync()).UsedBytes);
    }

    private static async Task RefusesAsync(Func<ValueTask> put)
    {
        BlobException thrown = await Assert.ThrowsAsync<BlobException>(async () => await put());
        Assert.Equal(BlobError.Full, thrown.Error);
        Assert.True(thrown.IsPermanent);
    }
}
