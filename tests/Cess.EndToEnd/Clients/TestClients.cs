namespace Cess.EndToEnd.Clients;

/// <summary>What the tests need on the machine and cannot bring along.</summary>
[Flags]
public enum Needs
{
    /// <summary>Nothing.</summary>
    Nothing = 0,

    /// <summary>The AWS command line.</summary>
    Aws = 1,

    /// <summary>rclone.</summary>
    Rclone = 2,

    /// <summary>s3cmd.</summary>
    S3Cmd = 4,

    /// <summary>Node.js with the packages of <c>tests/clients</c>.</summary>
    JavaScript = 8,

    /// <summary>The right to mount a small file system: Linux and root.</summary>
    Mount = 16,
}

/// <summary>Finds the clients on this machine.</summary>
internal static class TestClients
{
    /// <summary>The JavaScript client.</summary>
    public static string Script => Path.Combine(Folder, "s3.mjs");

    private static string Folder { get; } = FindFolder();

    /// <summary>With CI=true a missing client is a failure.</summary>
    private static bool MustBeThere => Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>Why tests with these needs are skipped on this machine; null when they are not.</summary>
    public static string? ReasonToSkip(Needs needs)
    {
        var missing = Enum.GetValues<Needs>()
            .Where(need => need != Needs.Nothing && needs.HasFlag(need) && !IsThere(need))
            // Not a client: whether a machine lets its tests mount is not in a script's hands.
            .Where(need => need == Needs.Mount || !MustBeThere)
            .Select(Describe)
            .ToArray();
        return missing.Length == 0 ? null : $"not on this machine: {string.Join(", ", missing)} (scripts/clients.sh installs what it can)";
    }

    private static bool IsThere(Needs need) => need switch
    {
        Needs.Aws => IsOnPath("aws"),
        Needs.Rclone => IsOnPath("rclone"),
        Needs.S3Cmd => IsOnPath("s3cmd"),
        Needs.JavaScript => IsOnPath("node") && Directory.Exists(Path.Combine(Folder, "node_modules", "@aws-sdk", "client-s3")),
        Needs.Mount => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && IsOnPath("mount"),
        _ => throw new ArgumentOutOfRangeException(nameof(need), need, "unknown"),
    };

    private static string Describe(Needs need) => need switch
    {
        Needs.Aws => "the AWS command line (aws)",
        Needs.Rclone => "rclone",
        Needs.S3Cmd => "s3cmd",
        Needs.JavaScript => "node with the packages of tests/clients",
        Needs.Mount => "the right to mount a tmpfs",
        _ => throw new ArgumentOutOfRangeException(nameof(need), need, "unknown"),
    };

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var clients = Path.Combine(folder.FullName, "tests", "clients");
            if (File.Exists(Path.Combine(clients, "package.json")))
            {
                return clients;
            }
        }

        throw new DirectoryNotFoundException("tests/clients is not above the tests' own folder.");
    }
}
