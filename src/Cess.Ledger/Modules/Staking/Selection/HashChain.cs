using System.Security.Cryptography;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking.Selection;

/// <summary>
/// A validator's own chain: its secret, and every √length-th value, so that the next reveal costs a few hashes instead of all
/// of them. Holds a secret: dispose of it.
/// </summary>
public sealed class HashChain : IDisposable
{
    private readonly AccountId _account;
    private readonly Hash256[] _kept;
    private readonly int _spacing;
    private readonly int _length;
    private readonly ulong _position;
    private bool _isDisposed;

    /// <summary>Computes a chain, which takes <paramref name="length"/> hashes.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="secret">32 bytes that nobody else knows, of full entropy, used for no other chain.</param>
    /// <param name="length">Steps from the secret to the end, and so reveals that it is good for.</param>
    /// <param name="position">Position of the end, see <see cref="HashChainCommitment"/>.</param>
    public HashChain(AccountId account, Hash256 secret, int length, ulong position)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, SelectionLimits.HashChainLengthMax);
        _account = account;
        _length = length;
        _position = position;
        _spacing = (int)Math.Ceiling(Math.Sqrt(length));
        _kept = new Hash256[(length / _spacing) + 1];
        Hash256 value = secret;
        for (int step = 0; step < length; step++)
        {
            if (step % _spacing == 0)
                _kept[step / _spacing] = value;
            value = HashChainCommitment.Step(account, value);
        }

        Commitment = new HashChainCommitment(account, value, position);
    }

    /// <summary>The end of the chain, to be published.</summary>
    public HashChainCommitment Commitment { get; }

    /// <summary>Last position that the chain has a reveal for.</summary>
    public ulong LastPosition => _position + (ulong)_length;

    /// <summary>The value at a position. Once shown, all values of smaller positions are public, too.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is not after the end's, or behind the last.</exception>
    public Hash256 RevealAt(ulong position)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(position, _position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, LastPosition);
        int steps = _length - (int)(position - _position);
        Hash256 value = _kept[steps / _spacing];
        for (int step = steps / _spacing * _spacing; step < steps; step++)
            value = HashChainCommitment.Step(_account, value);
        return value;
    }

    /// <summary>Forgets the secret.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_kept.AsSpan()));
    }
}
