using System.Text;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

public sealed class HashChainSecretTests
{
    private static readonly HashChainSecret s_secret = new(new TestAccount(1).Id, Hash256.Sha256([1]), 30);

    [Fact]
    public void A_file_gives_back_what_was_written()
    {
        Assert.Equal(s_secret, HashChainSecret.Parse(s_secret.ToFile()));
    }

    [Fact]
    public void The_secret_is_in_the_file_and_in_no_other_text()
    {
        Assert.Contains(s_secret.Secret.ToString(), Encoding.UTF8.GetString(s_secret.ToFile()), StringComparison.Ordinal);
        Assert.DoesNotContain(s_secret.Secret.ToString(), $"{s_secret}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"account\":1,\"secret\":2,\"length\":3}")]
    public void Something_else_is_no_chain(string file) => Assert.Null(HashChainSecret.Parse(Encoding.UTF8.GetBytes(file)));

    [Theory]
    [InlineData("\"length\":30", "\"length\":0")]
    [InlineData("\"length\":30", "\"length\":16777217")]
    [InlineData("\"length\":30", "\"length\":3.5")]
    [InlineData("\"length\":30", "\"length\":99999999999")]
    [InlineData("cess1", "cess2")]
    [InlineData("\"secret\":\"", "\"secret\":\"f")]
    public void An_altered_file_is_no_chain(string part, string other)
    {
        string file = Encoding.UTF8.GetString(s_secret.ToFile());
        Assert.Contains(part, file, StringComparison.Ordinal);
        Assert.Null(HashChainSecret.Parse(Encoding.UTF8.GetBytes(file.Replace(part, other, StringComparison.Ordinal))));
    }

    [Fact]
    public void A_file_that_is_too_long_is_not_read() =>
        Assert.Null(HashChainSecret.Parse(new byte[HashChainSecret.FileBytesMax + 1]));
}
