using Cess.Grains;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Benchmarks.Ledger;

/// <summary>Accounts that send transfers to each other, each in the order of its nonces.</summary>
internal sealed class LoadAccounts : IDisposable
{
    private const ulong ValidFor = GrainLimits.PoolValidity;

    private readonly Hash256 _genesis;
    private readonly int _batch;
    private readonly PrivateKey[] _keys;
    private readonly AccountId[] _ids;
    private readonly ulong[] _nonces;

    /// <param name="genesis">The chain.</param>
    /// <param name="count">Accounts.</param>
    /// <param name="batch">Transfers under one signature; a single one is not wrapped.</param>
    public LoadAccounts(Hash256 genesis, int count, int batch)
    {
        _genesis = genesis;
        _batch = batch;
        _keys = new PrivateKey[count];
        _nonces = new ulong[count];
        Parallel.For(0, count, i => _keys[i] = PrivateKey.Generate());
        _ids = [.. _keys.Select(key => key.PublicKey.ToAccountId())];
    }

    public int Count => _keys.Length;

    public AccountId Id(int account) => _ids[account];

    /// <summary>Transfers of one unit to neighbours. The first transaction of an account reveals its key.</summary>
    public byte[] Next(int account)
    {
        var nonce = _nonces[account]++;
        Call call = _batch == 1
            ? TransferTo(account + 1)
            : new Batch(BatchMode.AllOrNothing, [.. Enumerable.Range(1, _batch).Select(i => TransferTo(account + i))]);
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

    private Transfer TransferTo(int account) => new(Id(account % Count), new Balance(1));

    private static byte[] Sign(Hash256 genesis, PrivateKey key, ulong nonce, Call call, SignatureKind kind) => SignedTransaction.Sign(
        new UnsignedTransaction(genesis, key.PublicKey.ToAccountId(), nonce, ValidFor, Balance.Zero, call), key, kind).Bytes.ToArray();
}
