using System.CommandLine;
using System.Net;
using Cess.BlockStore.PostgreSql;
using Cess.Coding;
using Cess.Consensus;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Peers;

namespace Cess.Node.Setup;

/// <summary>The node's command line.</summary>
public static class NodeCommand
{
    /// <summary>Declares options, their checks and their help.</summary>
    public static RootCommand Build()
    {
        Option<string> data = new("--data") { Description = "Folder for everything that the node keeps.", DefaultValueFactory = _ => "cess-data" };
        Option<string> host = new("--host") { Description = "Address to listen on.", DefaultValueFactory = _ => "127.0.0.1" };
        Option<int> s3Port = new("--s3-port") { Description = "Port of the S3 door; 0 takes a free one.", DefaultValueFactory = _ => 9000 };
        Option<int> httpPort = new("--http-port") { Description = "Port of the REST door; 0 takes a free one.", DefaultValueFactory = _ => 9080 };
        Option<int?> miners = new("--miners") { Description = $"Storage miners of this node; {NodeLimits.MinersDefault} in a new network of its own, else none." };
        Option<int> validators = new("--validators") { Description = "Validators of this node: all of a new network, or those to be elected in another.", DefaultValueFactory = _ => 1 };
        Option<string?> genesis = new("--genesis") { Description = "JSON file with the start of a network that several operators found." };
        Option<string?> trust = new("--trust") { Description = "Hash of the network's genesis, from somebody you trust; or GENESIS@INDEX:HASH, as `cess trust` prints it, for an era too. The node refuses a chain that differs." };
        Option<string[]> join = new("--join") { Description = "Node of the network to join, https://host:port; may be given several times.", DefaultValueFactory = _ => [] };
        Option<int?> peerPort = new("--peer-port") { Description = "Port for other operators' nodes; 0 takes a free one. Without it, and without --join, there is none." };
        Option<string?> peerUrl = new("--peer-url") { Description = "Where others reach that port, https://host:port, if not at --host." };
        Option<long> delay = new("--message-delay") { Description = "Milliseconds that a message between validators usually takes at most.", DefaultValueFactory = _ => ConsensusOptions.DeltaMsDefault };
        Option<int> snapshotBlocks = new("--snapshot-blocks") { Description = "Blocks between two snapshots of the state; a node that starts further behind the others takes one of theirs instead of all blocks.", DefaultValueFactory = _ => GrainLimits.BlocksPerSnapshot };
        Option<int?> keepBlocks = new("--keep-blocks") { Description = "Newest blocks to keep, at least; older ones are removed when a snapshot is saved. Without it, all are kept." };
        Option<string?> blocks = new("--blocks") { Description = $"PostgreSQL database for blocks and snapshots, Host=…;Database=…;Username=…;Password=…, instead of the data folder; better given in the environment, as {BlockDatabase.Variable}." };
        Option<string> blocksSchema = new("--blocks-schema") { Description = "Schema of that database, of this node alone.", DefaultValueFactory = _ => PostgreSqlBlockStore.SchemaDefault };
        Option<string> policy = new("--policy") { Description = "Data + parity fragments of each segment; any data-many of them give it back.", DefaultValueFactory = _ => "4+8" };
        Option<long?> quota = new("--quota-per-miner") { Description = "Bytes that each miner offers; without it, what the disk has." };

        trust.Validators.Add(result => Require(
            result, result.GetValueOrDefault<string?>() is not { } text || TrustedStart.TryParse(text, out _), "--trust takes a hash of 64 hexadecimal digits, or GENESIS@INDEX:HASH."));
        host.Validators.Add(result => Require(result, IPAddress.TryParse(result.GetValueOrDefault<string>(), out _), "--host takes an IP address."));
        policy.Validators.Add(result => Require(
            result, StoragePolicy.TryParse(result.GetValueOrDefault<string>(), out StoragePolicy parsed) && parsed.TotalFragments <= NodeLimits.MinersMax,
            "--policy takes two numbers such as 4+8."));
        miners.Validators.Add(result => Require(
            result, result.GetValueOrDefault<int?>() is null or (>= 0 and <= NodeLimits.MinersMax), $"--miners takes 0 to {NodeLimits.MinersMax}."));
        validators.Validators.Add(result => Require(
            result, result.GetValueOrDefault<int>() is > 0 and <= NodeLimits.ValidatorsMax, $"--validators takes 1 to {NodeLimits.ValidatorsMax}."));
        quota.Validators.Add(result => Require(result, result.GetValueOrDefault<long?>() is null or > 0, "--quota-per-miner takes a positive number of bytes."));
        delay.Validators.Add(result => Require(
            result, result.GetValueOrDefault<long>() is > 0 and <= ConsensusLimits.DeltaMsMax, $"--message-delay takes 1 to {ConsensusLimits.DeltaMsMax}."));
        join.Validators.Add(result => Require(
            result, (result.GetValueOrDefault<string[]>() ?? []).All(url => PeerRecord.TryCanonicalUrl(url, out _)), "--join takes https://host:port."));
        snapshotBlocks.Validators.Add(result => Require(
            result, result.GetValueOrDefault<int>() is > 0 and <= NodeLimits.BlocksPerSnapshotMax, $"--snapshot-blocks takes 1 to {NodeLimits.BlocksPerSnapshotMax}."));
        keepBlocks.Validators.Add(result => Require(
            result, result.GetValueOrDefault<int?>() is null or >= NodeLimits.BlocksKeptMin, $"--keep-blocks takes {NodeLimits.BlocksKeptMin} or more."));
        peerPort.Validators.Add(result => Require(result, result.GetValueOrDefault<int?>() is null or (>= 0 and <= 65_535), "--peer-port takes 0 to 65535."));
        foreach (Option<int> port in new[] { s3Port, httpPort })
            port.Validators.Add(result => Require(result, result.GetValueOrDefault<int>() is >= 0 and <= 65_535, $"{port.Name} takes 0 to 65535."));

        RootCommand root = new("Starts a Cess network on this machine: validators, storage miners, an S3 door and a REST door.")
        {
            data, host, s3Port, httpPort, miners, validators, policy, quota, genesis, trust, join, peerPort, peerUrl, delay, snapshotBlocks, keepBlocks, blocks, blocksSchema,
        };
        root.SetAction((parsed, cancellation) => NodeHost.RunAsync(
            new NodeOptions
            {
                DataFolder = parsed.GetRequiredValue(data),
                Host = parsed.GetRequiredValue(host),
                S3Port = parsed.GetRequiredValue(s3Port),
                HttpPort = parsed.GetRequiredValue(httpPort),
                Miners = parsed.GetValue(miners),
                Validators = parsed.GetRequiredValue(validators),
                Policy = parsed.GetRequiredValue(policy),
                QuotaPerMiner = parsed.GetValue(quota),
                Genesis = parsed.GetValue(genesis),
                Trust = parsed.GetValue(trust) is { } text && TrustedStart.TryParse(text, out TrustedStart? start) ? start : null,
                Join = [.. parsed.GetRequiredValue(join).Select(CanonicalUrl)],
                PeerPort = parsed.GetValue(peerPort),
                PeerUrl = parsed.GetValue(peerUrl),
                MessageDelay = parsed.GetRequiredValue(delay),
                Blocks = DatabaseOf(parsed.GetValue(blocks), parsed.GetRequiredValue(blocksSchema)),
                BlocksPerSnapshot = parsed.GetRequiredValue(snapshotBlocks),
                BlocksKept = parsed.GetValue(keepBlocks),
            },
            cancellation));
        root.Subcommands.Add(BuildKeys());
        return root;
    }

    /// <summary>Founders of a network tell each other their keys before there is a genesis.</summary>
    private static Command BuildKeys()
    {
        Option<string> data = new("--data") { Description = "Folder for everything that the node keeps.", DefaultValueFactory = _ => "cess-data" };
        Option<int> validators = new("--validators") { Description = "Validators of this node.", DefaultValueFactory = _ => 1 };
        Option<bool> renew = new("--renew-journal") { Description = "Forget what the validators have signed, as a last resort: they may contradict it, and be slashed." };
        Command keys = new("keys", "Makes the node's keys, if there are none, and prints the public ones: what a genesis file names.") { data, validators, renew };
        keys.SetAction((parsed, cancellation) => NodeKeys.PrintAsync(
            new NodeFolder(parsed.GetRequiredValue(data)), parsed.GetRequiredValue(validators), parsed.GetValue(renew), cancellation));
        return keys;
    }

    private static string CanonicalUrl(string url) => PeerRecord.TryCanonicalUrl(url, out string canonical) ? canonical : url;

    private static BlockDatabase? DatabaseOf(string? given, string schema) =>
        (given ?? Environment.GetEnvironmentVariable(BlockDatabase.Variable)) is { Length: > 0 } connection ? new BlockDatabase(connection, schema) : null;

    private static void Require(System.CommandLine.Parsing.SymbolResult result, bool isRight, string message)
    {
        if (!isRight)
            result.AddError(message);
    }
}
