using Cess.Ledger.Blocks;
using Cess.Ledger.Tests;
using Cess.Node.Setup;
using Cess.Primitives;

namespace Cess.Node.Tests;

/// <summary>A node whose operator knows which chain it has to be.</summary>
public sealed class TrustTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("cess-node-tests-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_genesis_that_is_not_the_trusted_one_is_refused_and_not_kept()
    {
        var genesis = new TestChain().Genesis;
        await using ServedChain served = await ServedChain.StartAsync(genesis.ComputeHash());
        served.Genesis = Scale.Encode(genesis);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => OpenAsync("refused", served.Url, Hash256.Sha256("another"u8)));
        Assert.Contains(genesis.ComputeHash().ToString(), refused.Message, StringComparison.Ordinal);
        Assert.False(IsKept("refused"));

        await OpenAsync("taken", served.Url, genesis.ComputeHash());
        Assert.True(IsKept("taken"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => OpenAsync("taken", served.Url, Hash256.Sha256("another"u8)));
    }

    [Fact]
    public async Task Who_trusts_a_network_does_not_found_another_by_mistake()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => OpenAsync("empty", join: null, Hash256.Sha256("another"u8)));

        Assert.False(IsKept("empty"));
    }

    private bool IsKept(string folder) => File.Exists(Path.Combine(_root, folder, "genesis.scale"));

    private async Task OpenAsync(string folder, string? join, Hash256 genesis)
    {
        string data = Path.Combine(_root, folder);
        var options = new NodeOptions
        {
            DataFolder = data,
            Host = "127.0.0.1",
            S3Port = 0,
            HttpPort = 0,
            Miners = 0,
            Validators = 1,
            Policy = "4+8",
            QuotaPerMiner = null,
            Join = join is null ? [] : [join],
            Trust = new TrustedStart(genesis),
        };
        await using NodeParts parts = await NodeParts.OpenAsync(options, new NodeFolder(data), new OneCore(), CancellationToken.None);
    }

    private sealed class OneCore : Cess.Ledger.State.IParallelFor
    {
        public void For(int count, Action<int> body)
        {
            for (int i = 0; i < count; i++)
                body(i);
        }
    }
}
