using System.CommandLine;
using System.Net;
using Cess.Coding;

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
        Option<int> miners = new("--miners") { Description = "Storage miners of a new network.", DefaultValueFactory = _ => 12 };
        Option<int> validators = new("--validators") { Description = "Validators of a new network, all in this node.", DefaultValueFactory = _ => 1 };
        Option<string> policy = new("--policy") { Description = "Data + parity fragments of each segment; any data-many of them give it back.", DefaultValueFactory = _ => "4+8" };
        Option<long?> quota = new("--quota-per-miner") { Description = "Bytes that each miner offers; without it, what the disk has." };

        host.Validators.Add(result => Require(result, IPAddress.TryParse(result.GetValueOrDefault<string>(), out _), "--host takes an IP address."));
        policy.Validators.Add(result => Require(
            result, StoragePolicy.TryParse(result.GetValueOrDefault<string>(), out StoragePolicy parsed) && parsed.TotalFragments <= NodeLimits.MinersMax,
            "--policy takes two numbers such as 4+8."));
        miners.Validators.Add(result => Require(
            result, result.GetValueOrDefault<int>() is > 0 and <= NodeLimits.MinersMax, $"--miners takes 1 to {NodeLimits.MinersMax}."));
        validators.Validators.Add(result => Require(
            result, result.GetValueOrDefault<int>() is > 0 and <= NodeLimits.ValidatorsMax, $"--validators takes 1 to {NodeLimits.ValidatorsMax}."));
        quota.Validators.Add(result => Require(result, result.GetValueOrDefault<long?>() is null or > 0, "--quota-per-miner takes a positive number of bytes."));
        foreach (Option<int> port in new[] { s3Port, httpPort })
            port.Validators.Add(result => Require(result, result.GetValueOrDefault<int>() is >= 0 and <= 65_535, $"{port.Name} takes 0 to 65535."));

        RootCommand root = new("Starts a Cess network on this machine: validators, storage miners, an S3 door and a REST door.")
        {
            data, host, s3Port, httpPort, miners, validators, policy, quota,
        };
        root.SetAction((parsed, cancellation) => NodeHost.RunAsync(
            new NodeOptions
            {
                DataFolder = parsed.GetRequiredValue(data),
                Host = parsed.GetRequiredValue(host),
                S3Port = parsed.GetRequiredValue(s3Port),
                HttpPort = parsed.GetRequiredValue(httpPort),
                Miners = parsed.GetRequiredValue(miners),
                Validators = parsed.GetRequiredValue(validators),
                Policy = parsed.GetRequiredValue(policy),
                QuotaPerMiner = parsed.GetValue(quota),
            },
            cancellation));
        return root;
    }

    private static void Require(System.CommandLine.Parsing.SymbolResult result, bool isRight, string message)
    {
        if (!isRight)
            result.AddError(message);
    }
}
