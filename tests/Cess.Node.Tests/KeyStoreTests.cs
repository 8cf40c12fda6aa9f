using Cess.Node.Keys;
using Cess.Primitives;

namespace Cess.Node.Tests;

/// <summary>Keys on disk.</summary>
public sealed class KeyStoreTests : IDisposable
{
    private static readonly Hash256 Digest = Hash256.Sha256([1, 2, 3]);

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

    [Fact]
    public void A_later_key_beside_an_accounts_first_is_the_accounts_too_even_if_it_comes_after_the_start()
    {
        using var keys = new KeyStore(_folder, "passphrase");
        AccountId account = keys.GetOrCreate("validator-01");
        AccountId other = keys.GetOrCreate("validator-02");
        PublicKey first = keys.PublicKeyOf(account);
        using PrivateKey second = Write("validator-01.2");

        Assert.True(keys.Holds(account, first));
        Assert.True(keys.Holds(account, second.PublicKey));
        Assert.False(keys.Holds(other, second.PublicKey));
        Assert.True(Verifies(second.PublicKey, keys.Sign(account, second.PublicKey, Digest)));
        Assert.True(Verifies(first, keys.Sign(account, first, Digest)));
        Assert.Equal(first, keys.PublicKeyOf(account));
        Assert.Throws<KeyNotFoundException>(() => keys.Sign(other, second.PublicKey, Digest));

        using var again = new KeyStore(_folder, "passphrase");
        Assert.True(again.Holds(account, second.PublicKey));
        Assert.False(again.Holds(second.PublicKey.ToAccountId()));
    }

    [Fact]
    public void What_was_wrapped_to_any_key_of_an_account_can_be_unwrapped()
    {
        using var keys = new KeyStore(_folder, "passphrase");
        AccountId account = keys.GetOrCreate("owner");
        byte[] bucketKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        byte[] early = keys.SealBucketKey(account, "photos", bucketKey);
        using PrivateKey second = Write("owner.2");
        Assert.True(keys.Holds(account, second.PublicKey));
        byte[] late = keys.SealBucketKey(account, "photos", bucketKey);

        byte[] opened = new byte[32];
        Assert.True(keys.TryOpenBucketKey(account, "photos", early, opened));
        Assert.Equal(bucketKey, opened);
        opened.AsSpan().Clear();
        Assert.True(keys.TryOpenBucketKey(account, "photos", late, opened));
        Assert.Equal(bucketKey, opened);
        Assert.False(keys.TryOpenBucketKey(account, "other", late, opened));
    }

    [Fact]
    public void A_key_with_a_number_but_no_first_one_is_an_account_of_its_own()
    {
        using PrivateKey alone = Write("alice.2");
        using var keys = new KeyStore(_folder, "passphrase");
        Assert.True(keys.Holds(alone.PublicKey.ToAccountId(), alone.PublicKey));
    }

    [Fact]
    public void A_later_key_that_is_damaged_stops_a_start_but_not_a_running_node()
    {
        using var keys = new KeyStore(_folder, "passphrase");
        AccountId account = keys.GetOrCreate("validator-01");
        using PrivateKey second = PrivateKey.Generate();
        File.WriteAllText(keys.FileOf("validator-01.2"), "half a");

        Assert.False(keys.Holds(account, second.PublicKey));
        KeyException error = Assert.Throws<KeyException>(() => new KeyStore(_folder, "passphrase"));
        Assert.Contains("validator-01.2.pem", error.Message, StringComparison.Ordinal);

        File.WriteAllText(keys.FileOf("validator-01.2"), second.ExportEncryptedPem("passphrase"));
        Assert.True(keys.Holds(account, second.PublicKey));
    }

    private PrivateKey Write(string name)
    {
        PrivateKey key = PrivateKey.Generate();
        File.WriteAllText(Path.Combine(_folder, name + ".pem"), key.ExportEncryptedPem("passphrase"));
        return key;
    }

    private static bool Verifies(PublicKey key, Signature signature)
    {
        Assert.True(VerifyingKey.TryImport(key, out VerifyingKey? verifying));
        using (verifying)
            return verifying.Verify(Digest, signature);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
