using Cess.Simulation.World;

namespace Cess.Simulation.Checks;

/// <summary>
/// What may be with its owner alone: contents and names of objects, which bear a mark here, and private keys. Looked for in all that
/// leaves a node, and in all that lies on a disk.
/// </summary>
internal sealed class Secrets(SimulatedWorld world)
{
    private const int MarkEvery = 4_096;
    private readonly List<(string Of, byte[] Bytes)> _secrets = [("an object", [.. Mark])];

    /// <summary>In every name, and in every content that has room for it.</summary>
    public static ReadOnlySpan<byte> Mark => "for its owner's eyes only"u8;

    /// <summary>Puts the mark into a content, once a stretch.</summary>
    public static byte[] Marked(byte[] content)
    {
        for (int at = 0; at + Mark.Length <= content.Length; at += MarkEvery)
            Mark.CopyTo(content.AsSpan(at));
        return content;
    }

    /// <summary>This key must be found nowhere.</summary>
    public void Add(ActorKey key) => _secrets.Add(($"the private key of {key.Name}", key.Scalar));

    /// <summary>Fails the run if a secret is in these bytes.</summary>
    public void Look(ReadOnlySpan<byte> bytes, string where)
    {
        foreach ((string of, byte[] secret) in _secrets)
        {
            if (bytes.IndexOf(secret) >= 0)
                world.Fail(new BrokenPromiseException("nobody but its owner can read it", $"{of} is in {where}"));
        }
    }

    /// <summary>Looks at what nodes have on their disks.</summary>
    public void LookAtDisks()
    {
        foreach (SimulatedNode node in world.Nodes)
        {
            foreach (SimulatedDisk disk in new[] { node.Blocks, node.Votes })
                disk.ForEach((file, bytes) => Look(bytes, $"{file} of {disk.Name}"));
        }
    }
}
