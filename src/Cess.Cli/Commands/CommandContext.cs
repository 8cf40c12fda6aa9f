using System.CommandLine;
using Cess.Cli.Output;
using Cess.Client;
using Cess.Client.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Cli.Commands;

/// <summary>What commands share.</summary>
internal sealed record CommandContext(Settings Settings, CliEnvironment Environment)
{
    public Report Report(ParseResult parsed) => new(Environment, parsed.GetValue(Settings.Json));

    /// <summary>A client for the account of the settings.</summary>
    public Session Open(ParseResult parsed)
    {
        Uri endpoint = Settings.FindEndpoint(parsed, Environment);
        AccountId? account = Settings.FindAccount(parsed, Environment);
        TrustedStart? trust = Settings.FindTrust(parsed, Environment);
        PrivateKey key = Settings.OpenKey(parsed, Environment);
        return new Session(endpoint, key, Settings.OpenFormerKey(parsed, Environment), Environment.Client with { Account = account, Trust = trust });
    }

    /// <summary>A client for what needs no account: without a key in the settings, it has one that nobody knows.</summary>
    public Session OpenPublic(ParseResult parsed)
    {
        Uri endpoint = Settings.FindEndpoint(parsed, Environment);
        TrustedStart? trust = Settings.FindTrust(parsed, Environment);
        PrivateKey key = Settings.HasKey(parsed, Environment) ? Settings.OpenKey(parsed, Environment) : PrivateKey.Generate();
        return new Session(endpoint, key, former: null, Environment.Client with { Trust = trust });
    }
}

/// <summary>A client with its keys.</summary>
internal sealed class Session(Uri endpoint, PrivateKey key, PrivateKey? former, CessClientOptions options) : IDisposable
{
    public CessClient Client { get; } = new(endpoint, key, former is null ? options : options with { FormerKeys = [former] });

    /// <summary>A record of the newest state, or null: certified by validators, where the settings say what to trust.</summary>
    public async Task<T?> FindAsync<T>(StateKey key, CancellationToken cancellation)
        where T : class, IScaleValue<T>
    {
        if (Client.Verified is { } chain)
            return (await chain.FindAsync<T>(key, cancellation)).Value;
        RecordsProof proof = await Client.Chain.ProveAsync([key], cancellation);
        if (proof.Records[0] is not { } record)
            return null;
        return Scale.TryDecode<T>(record.Span, out T? value, out _)
            ? value
            : throw new CessException(ClientErrors.BadAnswer, "The node's record is not what was asked for.");
    }

    public void Dispose()
    {
        Client.Dispose();
        key.Dispose();
        former?.Dispose();
    }
}
