using System.Collections.Concurrent;
using System.Security.Cryptography;
using Cess.Grains.Chain;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Node.Setup;
using Cess.Primitives;

namespace Cess.Node.Keys;

/// <summary>
/// The hash chains of this node's validators: a file beside each key, with its name, readable by its owner only. A file is read again
/// when it does not fit what the validator has committed to, so that one that is put there needs no restart. Safe for concurrent use.
/// </summary>
/// <param name="files">Where each validator's lies.</param>
public sealed class HashChainFiles(IReadOnlyDictionary<AccountId, string> files) : IHashChains, IDisposable
{
    /// <summary>Ten years of eras of six hours.</summary>
    private const int LengthOfNew = 14_600;

    private readonly ConcurrentDictionary<AccountId, HashChain> _chains = new();
    private readonly Lock _gate = new();

    /// <summary>Where the chain of a key lies.</summary>
    public static string Beside(string keyFile) => Path.ChangeExtension(keyFile, HashChainSecret.FileExtension);

    /// <summary>Makes the files that are missing.</summary>
    public void EnsureAll()
    {
        foreach ((AccountId account, string file) in files)
        {
            if (File.Exists(file))
                continue;
            var secret = Hash256.FromBytes(RandomNumberGenerator.GetBytes(Hash256.Size));
            NodeFolder.WritePrivate(file, new HashChainSecret(account, secret, LengthOfNew).ToFile());
        }
    }

    /// <summary>The end of a validator's chain, to commit to, and how many eras it is good for; null if its file holds none.</summary>
    public (Hash256 End, int Length)? EndOf(AccountId account)
    {
        if (Read(account) is not { } secret)
            return null;
        using HashChain chain = secret.Compute(position: 0);
        return (chain.Commitment.Value, secret.Length);
    }

    /// <inheritdoc/>
    public Hash256? Find(HashChainCommitment commitment, ulong last, ulong era)
    {
        lock (_gate)
        {
            if (_chains.TryGetValue(commitment.Account, out HashChain? chain) && ValueOf(chain, commitment, last, era) is { } value)
                return value;
            if (Read(commitment.Account) is not { } secret || last < (ulong)secret.Length)
                return null;
            chain = secret.Compute(last - (ulong)secret.Length);
            if (_chains.TryGetValue(commitment.Account, out HashChain? before))
                before.Dispose();
            _chains[commitment.Account] = chain;
            return ValueOf(chain, commitment, last, era);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (HashChain chain in _chains.Values)
                chain.Dispose();
            _chains.Clear();
        }
    }

    /// <summary>A value of the chain only if that is what the commitment leads to: no other is anybody's business.</summary>
    private static Hash256? ValueOf(HashChain chain, HashChainCommitment commitment, ulong last, ulong era)
    {
        if (chain.LastPosition != last || era <= chain.Commitment.Position || era > last)
            return null;
        Hash256 value = chain.RevealAt(era);
        return commitment.Reveal(value, era) is null ? null : value;
    }

    private HashChainSecret? Read(AccountId account)
    {
        if (!files.TryGetValue(account, out string? path) || new FileInfo(path) is not { Exists: true, Length: <= HashChainSecret.FileBytesMax })
            return null;
        return HashChainSecret.Parse(File.ReadAllBytes(path)) is { } secret && secret.Account == account ? secret : null;
    }
}
