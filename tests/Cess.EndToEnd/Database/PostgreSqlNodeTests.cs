using System.Text;
using Cess.BlockStore.Tests.PostgreSql;
using Cess.TestContracts;
using Cess.TestNetwork;
using Npgsql;

namespace Cess.EndToEnd.Database;

/// <summary>A node whose blocks are in a real PostgreSQL.</summary>
[RequiresPostgreSql]
public sealed class PostgreSqlNodeTests(PostgreSqlServer server) : IClassFixture<PostgreSqlServer>, IDisposable
{
    private const string Bucket = "kept";
    private const int Kills = 3;
    private const int Writers = 4;

    private readonly TemporaryFolder _folder = new();
    private readonly string _schema = server.FreshSchema();

    private string Data => _folder["data"];

    private string Password => new NpgsqlConnectionStringBuilder(server.ConnectionString).Password!;

    [ContractFact]
    public async Task A_node_that_is_killed_loses_nothing_that_it_has_acknowledged_and_shows_no_password()
    {
        var acknowledged = new HashSet<string>();
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var node = await NodeProcess.StartAsync(Data, Options());
            using var s3 = new S3HttpClient(node.Info);
            if (kill == 0)
                await s3.MakeBucketAsync(Bucket);
            await HoldsAsync(s3, acknowledged);
            var enough = new TaskCompletionSource();
            var before = acknowledged.Count;
            var writers = Enumerable.Range(0, Writers).Select(writer => WriteAsync(s3, $"{kill}-{writer}", acknowledged, () =>
            {
                if (acknowledged.Count >= before + (5 * Writers))
                    enough.TrySetResult();
            })).ToArray();
            await await Task.WhenAny([enough.Task, .. writers]);
            Assert.DoesNotContain(Password, node.CommandLine, StringComparison.Ordinal);
            await node.KillAsync();
            await Task.WhenAll(writers);
            Assert.DoesNotContain(Password, node.Output, StringComparison.Ordinal);
        }

        await using var last = await NodeProcess.StartAsync(Data, Options());
        using var client = new S3HttpClient(last.Info);
        await HoldsAsync(client, acknowledged);
        Assert.Equal(0, await last.StopAsync());
        Assert.False(Directory.Exists(Path.Combine(Data, "blocks")));
        Assert.True(Directory.Exists(Path.Combine(Data, "consensus")));
        Assert.True((long)(await server.RunSqlAsync($"SELECT count(*) FROM {_schema}.blocks"))! > Kills);
        foreach (var file in Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories))
            Assert.True((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Password)) < 0, $"{file} has the password.");
    }

    [ContractFact]
    public async Task A_folder_stays_with_the_blocks_that_it_began_with()
    {
        await using (var first = await NodeProcess.StartAsync(Data, Options()))
            Assert.Equal(0, await first.StopAsync());
        await IsRefusedAsync(Data, Options() with { Environment = new Dictionary<string, string>() }, "CESS_BLOCKS");

        await using (var own = await NodeProcess.StartAsync(_folder["own"], new NodeOptions { Miners = 3, Policy = "2+1" }))
            Assert.Equal(0, await own.StopAsync());
        await IsRefusedAsync(_folder["own"], Options(), "--blocks");
    }

    [ContractFact]
    public async Task A_connection_string_that_is_none_or_leads_nowhere_is_refused_without_being_shown()
    {
        const string secret = "hunter2-and-more";
        foreach (var wrong in (string[])[$"Host=127.0.0.1;Pass{secret}=1", $"{secret}", $"Host=127.0.0.1;Port=1;Username=a;Password={secret}"])
        {
            var output = await IsRefusedAsync(Data, Options() with { Environment = new Dictionary<string, string> { ["CESS_BLOCKS"] = wrong } }, "The node can't run");
            Assert.DoesNotContain(secret, output, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Dispose();

    private NodeOptions Options() => new()
    {
        Miners = 3,
        Policy = "2+1",
        Environment = new Dictionary<string, string> { ["CESS_BLOCKS"] = server.ConnectionString },
        More = ["--blocks-schema", _schema],
    };

    private static async Task<string> IsRefusedAsync(string data, NodeOptions options, string reason)
    {
        await using var node = NodeProcess.Launch(data, options);
        Assert.Equal(1, await node.ExitAsync());
        Assert.Contains(reason, node.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", node.Output, StringComparison.Ordinal);
        return node.Output;
    }

    /// <summary>Writes objects until the node is gone.</summary>
    private static async Task WriteAsync(S3HttpClient s3, string name, HashSet<string> acknowledged, Action told)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                await s3.PutAsync(Bucket, $"{name}-{i}", Encoding.UTF8.GetBytes($"{name}-{i}"));
                lock (acknowledged)
                {
                    acknowledged.Add($"{name}-{i}");
                    told();
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The kill that was asked for.
        }
    }

    private static async Task HoldsAsync(S3HttpClient s3, HashSet<string> acknowledged)
    {
        foreach (var name in acknowledged)
            Assert.Equal(name, Encoding.UTF8.GetString(await s3.GetAsync(Bucket, name) ?? []));
    }
}
