using Cess.Node.Keys;
using Cess.Primitives;

namespace Cess.Node.Tests;

/// <summary>Keys on disk.</summary>
public sealed class KeyStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cess-test-").FullName;

    [Fact]
    public async Task There_is_no_key_before_what_has_to_come_first_is_done()
    {
        using var keys = new KeyStore(_folder, "passphrase");
        AccountId announced = default;
        await Assert.ThrowsAsync<IOException>(() => keys.GetOrCreateAsync("validator-01", _ => throw new IOException()));
        Assert.False(File.Exists(keys.FileOf("validator-01")));

        AccountId made = await keys.GetOrCreateAsync("validator-01", account =>
        {
            Assert.False(File.Exists(keys.FileOf("validator-01")));
            announced = account;
            return Task.CompletedTask;
        });

        Assert.Equal(announced, made);
        Assert.True(keys.Holds(made));
        Assert.Equal(made, await keys.GetOrCreateAsync("validator-01", _ => throw new InvalidOperationException("It is there.")));
        using var again = new KeyStore(_folder, "passphrase");
        Assert.True(again.Holds(made));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
