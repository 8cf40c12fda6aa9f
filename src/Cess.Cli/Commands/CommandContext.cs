using System.CommandLine;
using Cess.Cli.Output;
using Cess.Client;
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
        CessClientOptions options = OptionsOf(parsed) with { Account = account };
        PrivateKey key = Settings.OpenKey(parsed, Environment);
        return new Session(endpoint, key, Settings.OpenFormerKey(parsed, Environment), options);
    }

    /// <summary>A client for what needs no account: without a key in the settings, it has one that nobody knows.</summary>
    public Session OpenPublic(ParseResult parsed)
    {
        Uri endpoint = Settings.FindEndpoint(parsed, Environment);
        CessClientOptions options = OptionsOf(parsed);
        PrivateKey key = Settings.HasKey(parsed, Environment) ? Settings.OpenKey(parsed, Environment) : PrivateKey.Generate();
        return new Session(endpoint, key, former: null, options);
    }

    /// <summary>How clients work, with what is believed.</summary>
    public CessClientOptions OptionsOf(ParseResult parsed) => Environment.Client with
    {
        Trust = Settings.FindTrust(parsed, Environment),
        StateAgeMax = Settings.FindMaxAge(parsed, Environment),
    };
}

/// <summary>A client with its keys.</summary>
internal sealed class Session(Uri endpoint, PrivateKey key, PrivateKey? former, CessClientOptions options) : IDisposable
{
    public CessClient Client { get; } = new(endpoint, key, former is null ? options : options with { FormerKeys = [former] });

    public void Dispose()
    {
        Client.Dispose();
        key.Dispose();
        former?.Dispose();
    }
}
