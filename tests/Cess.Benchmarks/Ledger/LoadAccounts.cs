using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Benchmarks.Ledger;

/// <summary>Accounts that send transfers to each other, each in the order of its nonces.</summary>
internal sealed class LoadAccounts : IDisposable
{
    private const ulong ValidFor = 1_000_000_000;

    private readonly Hash256 _genesis;
    private readonly PrivateKey[] _keys;
    private readonly ulong[] _nonces;

    public LoadAccounts(Hash256 genesis, int count)
    {
        _genesis = genesis;
        _keys = new PrivateKey[count];
        _nonces = new ulong[count];
        Parallel.For(0, count, i => _keys[i] = PrivateKey.Generate());
    }

    public int Count => _keys.Length;

    public AccountId Id(int account) => _keys[account].PublicKey.ToAccountId();

    /// <summary>A transfer of one unit to a neighbour. The first one of an account reveals its key.</summary>
    public byte[] Next(int account)
    {
        var nonce = _nonces[account]++;
        var call = new Transfer(Id((account + 1) % Count), new Balance(1));
        return Sign(_genesis, _keys[account], nonce, call, nonce == 0 ? SignatureKind.RevealedKey : SignatureKind.KnownKey);
    }

    /// <summary>Gives nonces back that were signed for and never sent.</summary>
    public void TakeBack(IEnumerable<int> senders)
    {
        foreach (var account in senders)
            _nonces[account]--;
    }

    /// <summary>Transfers that give each account what it needs.</summary>
    public byte[][] Fund(PrivateKey owner, ulong nonce, Balance amount)
    {
        var transfers = new byte[Count][];
        Parallel.For(0, Count, i => transfers[i] = Sign(
            _genesis, owner, nonce + (ulong)i, new Transfer(Id(i), amount), SignatureKind.KnownKey));
        return transfers;
    }

    public void Dispose()
    {
        foreach (var key in _keys)
            key.Dispose();
    }

    private static byte[] Sign(Hash256 genesis, PrivateKey key, ulong nonce, Transfer call, SignatureKind kind) => SignedTransaction.Sign(
        new UnsignedTransaction(genesis, key.PublicKey.ToAccountId(), nonce, ValidFor, Balance.Zero, call), key, kind).Bytes.ToArray();
}
