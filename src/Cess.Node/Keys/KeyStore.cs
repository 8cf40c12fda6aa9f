using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cess.Coding;
using Cess.Grains;
using Cess.Node.Setup;
using Cess.Primitives;

namespace Cess.Node.Keys;

/// <summary>
/// Account keys on disk, one encrypted PKCS#8 PEM file each, named for what the account is ("owner", "miner-01"). A key that such an
/// account is given later lies beside its first: the second of <c>miner-01.pem</c> is <c>miner-01.2.pem</c>. Safe for concurrent use.
/// </summary>
public sealed class KeyStore : ICustody, IDisposable
{
    private const string Extension = ".pem";
    private const string PassphraseVariable = "CESS_KEY_PASSPHRASE";

    /// <summary>Rounds for a passphrase that this node has drawn itself, 256 random bits: stretching adds nothing but a slow start.</summary>
    private const int RandomPassphraseRounds = 1_000;

    private readonly string _folder;
    private readonly string _passphrase;
    private readonly ConcurrentDictionary<AccountId, HeldKeys> _keys = new();
    private readonly Lock _opening = new();

    /// <summary>Opens every key of a folder.</summary>
    /// <exception cref="KeyException">A file is no key, or the passphrase does not open it; the message names the file.</exception>
    public KeyStore(string folder, string passphrase)
    {
        _folder = folder;
        _passphrase = passphrase;
        foreach (string file in Directory.EnumerateFiles(folder, "*" + Extension).Where(file => LaterKey.Find(file) is null))
            Open(file);
        foreach (HeldKeys held in _keys.Values)
        {
            foreach (LaterKey later in LaterThan(held))
                held.Add(later, OpenKey(later.File));
        }
    }

    /// <summary>
    /// The passphrase that guards a node's keys: what <c>CESS_KEY_PASSPHRASE</c> says, or else a random one that is made once and
    /// kept beside the keys, readable by its owner only.
    /// </summary>
    public static string PassphraseFor(NodeFolder folder)
    {
        if (GivenPassphrase is { Length: > 0 } given)
            return given;
        if (!File.Exists(folder.PassphraseFile))
            NodeFolder.WritePrivate(folder.PassphraseFile, Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(64, lowercase: true)));
        return File.ReadAllText(folder.PassphraseFile).Trim();
    }

    private static string? GivenPassphrase => Environment.GetEnvironmentVariable(PassphraseVariable);

    /// <summary>Where the key of a name lies.</summary>
    public string FileOf(string name) => Path.Combine(_folder, name + Extension);

    /// <summary>The account of a name; makes its key when there is none.</summary>
    public AccountId GetOrCreate(string name)
    {
        string file = FileOf(name);
        if (!File.Exists(file))
            Make(file);
        return Open(file);
    }

    /// <summary>The account of a name. A key that is missing is made, and is saved once what must not come after it is done.</summary>
    /// <param name="name">The name.</param>
    /// <param name="beforeSaving">Where this fails, or the process dies, there is no key.</param>
    public async Task<AccountId> GetOrCreateAsync(string name, Func<AccountId, Task> beforeSaving)
    {
        string file = FileOf(name);
        if (!File.Exists(file))
        {
            using PrivateKey made = PrivateKey.Generate();
            await beforeSaving(made.PublicKey.ToAccountId());
            Save(made, file);
        }
        return Open(file);
    }

    /// <summary>
    /// The key by which other nodes know this one; makes it when there is none. It is no account's, says nothing on the chain, and so
    /// lies apart from those that do.
    /// </summary>
    /// <param name="file">Where it lies.</param>
    /// <exception cref="DamagedFileException">The file holds no key, or another passphrase's.</exception>
    public ECDsa OpenNodeKey(string file)
    {
        if (!File.Exists(file))
            Make(file);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromEncryptedPem(File.ReadAllText(file), _passphrase);
            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new DamagedFileException(file, $"it is no key that the passphrase opens ({e.Message}).", e);
        }
    }

    /// <inheritdoc/>
    public bool Holds(AccountId account) => _keys.ContainsKey(account);

    /// <inheritdoc/>
    public bool Holds(AccountId account, PublicKey key) =>
        _keys.TryGetValue(account, out HeldKeys? held) && (held.Find(key) ?? OpenLater(held, key)) is not null;

    /// <inheritdoc/>
    public PublicKey PublicKeyOf(AccountId account) => Find(account).First.PublicKey;

    /// <inheritdoc/>
    public Signature Sign(AccountId account, PublicKey key, Hash256 digest) => Find(account).Find(key) is { } held
        ? held.Sign(digest)
        : throw new KeyNotFoundException($"This node does not hold the key {key} of {account}.");

    /// <inheritdoc/>
    public byte[] SealBucketKey(AccountId account, string bucket, ReadOnlySpan<byte> bucketKey) =>
        BucketKeyWrap.Seal(Find(account).Last, bucket, bucketKey, SystemRandom.Instance);

    /// <inheritdoc/>
    public bool TryOpenBucketKey(AccountId account, string bucket, ReadOnlySpan<byte> wrapped, Span<byte> bucketKey)
    {
        foreach (PrivateKey key in Find(account).NewestFirst)
        {
            if (BucketKeyWrap.TryOpenFromChain(key, bucket, wrapped, bucketKey) == CodingError.None)
                return true;
        }
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PrivateKey key in _keys.Values.SelectMany(held => held.NewestFirst))
            key.Dispose();
    }

    /// <summary>Files of later keys of an account that are not open yet.</summary>
    private List<LaterKey> LaterThan(HeldKeys held) =>
    [
        .. Directory.EnumerateFiles(_folder, Path.GetFileNameWithoutExtension(held.FirstFile) + ".*" + Extension)
            .Select(LaterKey.Find).OfType<LaterKey>().Where(later => later.FirstFile == held.FirstFile && !held.Has(later)),
    ];

    /// <summary>Looks for a key that came after the start: its file is written before the chain hears of it.</summary>
    private PrivateKey? OpenLater(HeldKeys held, PublicKey wanted)
    {
        lock (_opening)
        {
            foreach (LaterKey later in LaterThan(held))
            {
                try
                {
                    held.Add(later, OpenKey(later.File));
                }
                catch (KeyException)
                {
                    // Perhaps it is not whole yet; the next start says what is wrong with it.
                }
            }
        }
        return held.Find(wanted);
    }

    private void Make(string file)
    {
        using PrivateKey made = PrivateKey.Generate();
        Save(made, file);
    }

    private void Save(PrivateKey key, string file)
    {
        string pem = string.IsNullOrEmpty(GivenPassphrase)
            ? key.ExportEncryptedPem(_passphrase, RandomPassphraseRounds)
            : key.ExportEncryptedPem(_passphrase);
        NodeFolder.WritePrivate(file, Encoding.ASCII.GetBytes(pem));
    }

    private AccountId Open(string file)
    {
        PrivateKey key = OpenKey(file);
        AccountId account = key.PublicKey.ToAccountId();
        if (!_keys.TryAdd(account, new HeldKeys(file, key)))
            key.Dispose();
        return account;
    }

    private PrivateKey OpenKey(string file)
    {
        try
        {
            return PrivateKey.ImportEncryptedPem(File.ReadAllText(file), _passphrase);
        }
        catch (KeyException e)
        {
            throw new KeyException(e.Error, $"{file} can't be opened: {e.Message}");
        }
    }

    private HeldKeys Find(AccountId account) => _keys.TryGetValue(account, out HeldKeys? held)
        ? held
        : throw new KeyNotFoundException($"This node does not hold the key of {account}.");

    /// <summary>The file of a key that an account was given after its first.</summary>
    /// <param name="File">Such as <c>miner-01.2.pem</c>.</param>
    /// <param name="FirstFile">Where the first key lies, such as <c>miner-01.pem</c>.</param>
    /// <param name="Number">The how manieth key it is, from 2 on.</param>
    private sealed record LaterKey(string File, string FirstFile, int Number)
    {
        /// <summary>What a file's name says; null if that is no later key's, or the first one is not there.</summary>
        public static LaterKey? Find(string file)
        {
            string name = Path.GetFileNameWithoutExtension(file);
            int dot = name.LastIndexOf('.');
            if (dot < 1 || !int.TryParse(name.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 2)
                return null;
            string first = Path.Combine(Path.GetDirectoryName(file)!, name[..dot] + Extension);
            return System.IO.File.Exists(first) ? new LaterKey(file, first, number) : null;
        }
    }

    /// <summary>The keys of one account. Reading takes no lock.</summary>
    private sealed class HeldKeys(string file, PrivateKey first)
    {
        private ImmutableSortedDictionary<int, PrivateKey> _all = ImmutableSortedDictionary<int, PrivateKey>.Empty.Add(1, first);

        public string FirstFile => file;

        public PrivateKey First => first;

        public PrivateKey Last => NewestFirst.First();

        public IEnumerable<PrivateKey> NewestFirst => Volatile.Read(ref _all).Values.Reverse();

        public bool Has(LaterKey later) => Volatile.Read(ref _all).ContainsKey(later.Number);

        public PrivateKey? Find(PublicKey key) => NewestFirst.FirstOrDefault(held => held.PublicKey == key);

        public void Add(LaterKey later, PrivateKey key) => Volatile.Write(ref _all, _all.SetItem(later.Number, key));
    }
}
