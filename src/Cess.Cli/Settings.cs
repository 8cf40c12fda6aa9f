using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cess.Client;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Cli;

/// <summary>The options that every command has, and where what they leave out comes from.</summary>
internal sealed class Settings
{
    private const string DefaultData = "./cess-data";
    private const string NoMaxAge = "off";
    private const int SmallFileBytesMax = 64 << 10;

    public Option<string> Endpoint { get; } = new("--endpoint")
    {
        Description = "Address of the node's REST door, such as http://127.0.0.1:9080. [CESS_ENDPOINT, else the node of --data]",
        HelpName = "URL",
        Recursive = true,
    };

    public Option<string> Key { get; } = new("--key")
    {
        Description = "The account's private key, PKCS#8 in PEM, encrypted. [CESS_KEY_FILE, else the owner's key in --data]",
        HelpName = "FILE",
        Recursive = true,
    };

    public Option<string> Passphrase { get; } = new("--passphrase-file")
    {
        Description = "File with the key's passphrase on its first line. [CESS_PASSPHRASE_FILE, else that of --data]",
        HelpName = "FILE",
        Recursive = true,
    };

    public Option<string> Account { get; } = new("--account")
    {
        Description = "The account's address, when its key was replaced and is no longer the one that it comes from. [CESS_ACCOUNT] "
            + "Of events: whose they are; the variable says nothing there.",
        HelpName = "ADDRESS",
        Recursive = true,
    };

    public Option<string> FormerKey { get; } = new("--former-key")
    {
        Description = "The key that the account had before, under the same passphrase: it opens the buckets of its time. [CESS_FORMER_KEY_FILE]",
        HelpName = "FILE",
        Recursive = true,
    };

    public Option<string> Data { get; } = new("--data")
    {
        Description = $"Data folder of a node on this machine, for what is not given otherwise. [CESS_DATA, else {DefaultData}]",
        HelpName = "DIR",
        Recursive = true,
    };

    public Option<string> Trust { get; } = new("--trust")
    {
        Description = "The chain's genesis hash, or an era of it: GENESIS or GENESIS@INDEX:HASH. With it the node's word is not taken: "
            + "what it says of accounts, names and transactions has to be proven. cess trust shows one. [CESS_TRUST, else the node's word is taken]",
        HelpName = "START",
        Recursive = true,
    };

    public Option<string> MaxAge { get; } = new("--max-age")
    {
        Description = "With --trust, how many seconds old the newest block may be that the node shows, by the clock here; off for any age. "
            + $"[CESS_MAX_AGE, else {ClientLimits.StateAgeDefault.TotalSeconds}]",
        HelpName = "SECONDS",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Write one JSON document instead of text; errors too.",
        Recursive = true,
    };

    public IEnumerable<Option> All => [Endpoint, Key, Passphrase, Account, FormerKey, Data, Trust, MaxAge, Json];

    /// <summary>The account's key. The caller disposes it.</summary>
    /// <exception cref="CliException">There is none, or it cannot be opened.</exception>
    public PrivateKey OpenKey(ParseResult parsed, CliEnvironment environment) =>
        ReadKey(FindKeyFile(parsed, environment), PassphraseOf(parsed, environment));

    /// <summary>Where the account's key lies.</summary>
    /// <exception cref="CliException">Nothing says it.</exception>
    public string FindKeyFile(ParseResult parsed, CliEnvironment environment) =>
        Find(parsed, environment, Key, "CESS_KEY_FILE") ?? NodeOf(parsed, environment).KeyFile
            ?? throw new CliException(
                "cli.no_key", "There is no account key: give --key FILE, set CESS_KEY_FILE, or give the --data folder of a node on this machine.");

    /// <summary>The key that the account had before; null when none is named. The caller disposes it.</summary>
    /// <exception cref="CliException">It cannot be opened.</exception>
    public PrivateKey? OpenFormerKey(ParseResult parsed, CliEnvironment environment) =>
        Find(parsed, environment, FormerKey, "CESS_FORMER_KEY_FILE") is { } file ? ReadKey(file, PassphraseOf(parsed, environment)) : null;

    /// <summary>The account to act for; null for that of the key.</summary>
    /// <exception cref="CliException">What names it is no address.</exception>
    public AccountId? FindAccount(ParseResult parsed, CliEnvironment environment) => ReadAccount(Find(parsed, environment, Account, "CESS_ACCOUNT"));

    /// <summary>The account that the command line itself names; null for none.</summary>
    /// <exception cref="CliException">What names it is no address.</exception>
    public AccountId? GivenAccount(ParseResult parsed) => ReadAccount(parsed.GetValue(Account));

    private static AccountId? ReadAccount(string? text)
    {
        if (text is null)
            return null;
        return AccountId.TryParse(text, out AccountId account, out AddressError error)
            ? account
            : throw new CliException("cli.bad_account", $"'{text}' is no address ({error}).");
    }

    /// <summary>What the chain is verified from; null to take the node's word.</summary>
    /// <exception cref="CliException">What names it is no start.</exception>
    public TrustedStart? FindTrust(ParseResult parsed, CliEnvironment environment)
    {
        if (Find(parsed, environment, Trust, "CESS_TRUST") is not { } text)
            return null;
        return TrustedStart.TryParse(text, out TrustedStart? start)
            ? start
            : throw new CliException(
                "cli.bad_trust", $"'{text}' is no start: give GENESIS or GENESIS@INDEX:HASH, each hash with 64 hexadecimal digits.");
    }

    /// <summary>How old what is proven may be; <see cref="Timeout.InfiniteTimeSpan"/> for any age.</summary>
    /// <exception cref="CliException">What says it is no number of seconds.</exception>
    public TimeSpan FindMaxAge(ParseResult parsed, CliEnvironment environment)
    {
        string? text = Find(parsed, environment, MaxAge, "CESS_MAX_AGE");
        if (text is null)
            return ClientLimits.StateAgeDefault;
        if (text == NoMaxAge)
            return Timeout.InfiniteTimeSpan;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : throw new CliException("cli.bad_max_age", $"'{text}' is no age: give seconds, 1 or more, or {NoMaxAge} for any.");
    }

    /// <summary>Opens a key file, or makes it with a new key, for nobody else to read.</summary>
    /// <exception cref="CliException">It cannot be opened.</exception>
    public PrivateKey OpenOrMakeKey(ParseResult parsed, CliEnvironment environment, string file)
    {
        string passphrase = PassphraseOf(parsed, environment);
        if (!File.Exists(file))
        {
            using PrivateKey made = PrivateKey.Generate();
            PrivateFile.WriteNew(file, made.ExportEncryptedPem(passphrase));
        }

        return ReadKey(file, passphrase);
    }

    private static PrivateKey ReadKey(string file, string passphrase)
    {
        try
        {
            return PrivateKey.ImportEncryptedPem(ReadSmall(file, "cli.no_key"), passphrase);
        }
        catch (KeyException e)
        {
            throw new CliException("cli.key_closed", $"Key {file} does not open: {e.Message}", ExitCode.Denied);
        }
    }

    private string PassphraseOf(ParseResult parsed, CliEnvironment environment)
    {
        string file = Find(parsed, environment, Passphrase, "CESS_PASSPHRASE_FILE") ?? NodeOf(parsed, environment).PassphraseFile
            ?? throw new CliException(
                "cli.no_passphrase", "There is no passphrase for the key: give --passphrase-file FILE or set CESS_PASSPHRASE_FILE.");
        return ReadSmall(file, "cli.no_passphrase").Split('\n')[0].TrimEnd('\r');
    }

    /// <summary>Whether an account key is to be had at all.</summary>
    public bool HasKey(ParseResult parsed, CliEnvironment environment) =>
        (Find(parsed, environment, Key, "CESS_KEY_FILE") ?? NodeOf(parsed, environment).KeyFile) is { } file && File.Exists(file);

    /// <summary>Where the node is.</summary>
    /// <exception cref="CliException">Nothing says it, or what does is no address.</exception>
    public Uri FindEndpoint(ParseResult parsed, CliEnvironment environment)
    {
        string text = Find(parsed, environment, Endpoint, "CESS_ENDPOINT") ?? NodeOf(parsed, environment).Http
            ?? throw new CliException(
                "cli.no_endpoint",
                $"There is no node: none runs in {DataOf(parsed, environment)}, and neither --endpoint nor CESS_ENDPOINT names one.",
                ExitCode.Unavailable);
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new CliException("cli.bad_endpoint", $"'{text}' is no address such as http://127.0.0.1:9080.");
    }

    private static string? Find(ParseResult parsed, CliEnvironment environment, Option<string> option, string variable) =>
        parsed.GetValue(option) ?? (environment.Variable(variable) is { Length: > 0 } value ? value : null);

    private string DataOf(ParseResult parsed, CliEnvironment environment) => Find(parsed, environment, Data, "CESS_DATA") ?? DefaultData;

    /// <summary>What a node has written of itself while it runs; of one that does not run, its keys.</summary>
    private NodeFile NodeOf(ParseResult parsed, CliEnvironment environment)
    {
        string data = DataOf(parsed, environment);
        string file = Path.Combine(data, "node.json");
        NodeFile node = File.Exists(file) ? ReadNode(file) : new NodeFile(null, null, null);
        return node with
        {
            KeyFile = Existing(node.KeyFile, Path.Combine(data, "keys", "owner.pem")),
            PassphraseFile = Existing(node.PassphraseFile, Path.Combine(data, "keys", "passphrase")),
        };
    }

    private static NodeFile ReadNode(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(ReadSmall(file, "cli.bad_node_file"), CliJson.Default.NodeFile) ?? new NodeFile(null, null, null);
        }
        catch (JsonException)
        {
            throw new CliException("cli.bad_node_file", $"{file} is not what a node writes.");
        }
    }

    /// <summary>Paths in node.json are those of the node's working folder; the data folder knows better where it is.</summary>
    private static string? Existing(string? named, string usual) =>
        File.Exists(named) ? named : File.Exists(usual) ? usual : named;

    private static string ReadSmall(string file, string code)
    {
        try
        {
            FileInfo info = new(file);
            return info.Length <= SmallFileBytesMax
                ? File.ReadAllText(file)
                : throw new CliException(code, $"{file} has {info.Length} bytes; that cannot be right.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(code, $"{file} cannot be read: {e.Message}");
        }
    }
}

/// <summary>What the command line needs of node.json.</summary>
/// <param name="Http">Address of the REST door.</param>
/// <param name="KeyFile">The owner's key.</param>
/// <param name="PassphraseFile">Its passphrase.</param>
internal sealed record NodeFile(string? Http, string? KeyFile, string? PassphraseFile);
