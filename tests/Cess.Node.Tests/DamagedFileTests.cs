using Cess.Node.Keys;
using Cess.Node.Setup;
using Cess.Primitives;

namespace Cess.Node.Tests;

/// <summary>A file of the data folder that is not what the node wrote: the error names it, and quotes nothing of it.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cess-test-").FullName;

    [Theory]
    [InlineData("")]
    [InlineData("SECRET")]
    [InlineData("[{\"accessKeyId\":\"A\",\"secretAccessKey\":\"SECRET\"")]
    [InlineData("[{\"accessKeyId\":\"A\",\"secretAccessKey\":null,\"account\":\"x\"}]")]
    [InlineData("[{\"accessKeyId\":\"A\",\"secretAccessKey\":\"SECRET\",\"account\":\"nobody\"}]")]
    [InlineData("[null]")]
    [InlineData("[]")]
    public void Credentials_that_are_none_are_refused_by_name(string content)
    {
        string file = Path.Combine(_folder, "s3-credentials.json");
        File.WriteAllText(file, content);
        var error = Assert.Throws<DamagedFileException>(() => FileCredentials.Open(file, Account()));
        Assert.Equal(file, error.Path);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Credentials_of_another_account_are_refused_by_name()
    {
        string file = Path.Combine(_folder, "s3-credentials.json");
        FileCredentials.Open(file, Account());
        Assert.Equal(file, Assert.Throws<DamagedFileException>(() => FileCredentials.Open(file, Account())).Path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----")]
    public void A_nodes_key_that_is_none_is_refused_by_name(string content)
    {
        string file = Path.Combine(_folder, "node.pem");
        File.WriteAllText(file, content);
        using var keys = new KeyStore(Directory.CreateDirectory(Path.Combine(_folder, "keys")).FullName, "passphrase");
        Assert.Equal(file, Assert.Throws<DamagedFileException>(() => keys.OpenNodeKey(file)).Path);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static AccountId Account()
    {
        using PrivateKey key = PrivateKey.Generate();
        return key.PublicKey.ToAccountId();
    }
}
