using Cess.BlockStore.Files;

namespace Cess.Node.Setup;

/// <summary>Where things lie under a node's data folder.</summary>
public sealed class NodeFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Names the places; makes the folders that are missing, open to their owner only.</summary>
    public NodeFolder(string root)
    {
        Root = Path.GetFullPath(root);
        CreatePrivate(Root);
        CreatePrivate(Keys);
    }

    /// <summary>The data folder.</summary>
    public string Root { get; }

    /// <summary>Account keys, encrypted.</summary>
    public string Keys => Path.Combine(Root, "keys");

    /// <summary>The passphrase of the keys, unless the operator gives another.</summary>
    public string PassphraseFile => Path.Combine(Keys, "passphrase");

    /// <summary>The chain's first state.</summary>
    public string GenesisFile => Path.Combine(Root, "genesis.scale");

    /// <summary>Blocks and snapshots.</summary>
    public string Blocks => Path.Combine(Root, "blocks");

    /// <summary>Says that blocks and snapshots are in a database, and in which schema.</summary>
    public string BlocksElsewhere => Path.Combine(Root, "blocks-elsewhere");

    /// <summary>Where transactions stand; made again from the blocks when it is removed.</summary>
    public string History => Path.Combine(Root, "history");

    /// <summary>What its validators must remember over a restart.</summary>
    public string Votes => Path.Combine(Root, "consensus");

    /// <summary>The key by which other nodes know this one.</summary>
    public string NodeKeyFile => Path.Combine(Root, "node.pem");

    /// <summary>Where other nodes are.</summary>
    public string PeersFile => Path.Combine(Root, "peers.scale");

    /// <summary>A state that is coming from another node; of no use after a crash.</summary>
    public string SnapshotPart => Path.Combine(Root, "snapshot.part");

    /// <summary>What proves a state that was taken from another node, until all of it has found its place.</summary>
    public string SnapshotProof => Path.Combine(Root, "snapshot-proof.scale");

    /// <summary>Grain state and reminders.</summary>
    public string StateDatabase => Path.Combine(Root, "state.db");

    /// <summary>S3 access keys.</summary>
    public string CredentialsFile => Path.Combine(Keys, "s3-credentials.json");

    /// <summary>How to reach the running node; there only while it runs.</summary>
    public string NodeFile => Path.Combine(Root, "node.json");

    /// <summary>Fragments of one miner.</summary>
    public string Miner(int number) => Path.Combine(Root, "miners", number.ToString("D2"));

    /// <summary>
    /// Writes a small file that only its owner may read, whole or not at all; durable when the call returns. A key may be named on the
    /// chain right after that, and nobody can make it again.
    /// </summary>
    public static void WritePrivate(string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + ".new";
        using (FileStream file = CreatePrivateFile(temporary))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        FolderSync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Makes an empty file that only its owner may read.</summary>
    public static FileStream CreatePrivateFile(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private static void CreatePrivate(string path)
    {
        if (Directory.Exists(path))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly);
        if (Path.GetDirectoryName(path) is { } parent)
            FolderSync.Flush(parent);
    }
}
