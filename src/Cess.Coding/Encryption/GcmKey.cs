using System.Security.Cryptography;

namespace Cess.Coding;

/// <summary>
/// One AES-256-GCM key for many threads: an <see cref="AesGcm"/> serves one call at a time, so instances are lent and
/// taken back. The key is erased on disposal.
/// </summary>
internal sealed class GcmKey : IDisposable
{
    public const int KeyBytes = 32;
    public const int NonceBytes = 12;
    public const int TagBytes = 16;

    private static readonly int s_idleMax = Math.Min(Environment.ProcessorCount, CodingLimits.IdleCiphersMax);

    // Pinned, so that the collector leaves no copy behind when it compacts.
    private readonly byte[] _key = GC.AllocateUninitializedArray<byte>(KeyBytes, pinned: true);
    private readonly AesGcm?[] _idle = new AesGcm?[s_idleMax];
    private volatile bool _disposed;

    /// <summary>Takes a copy of the key.</summary>
    public GcmKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyBytes)
            throw new CodingException(CodingError.LengthInvalid, $"a key has {KeyBytes} bytes, not {key.Length}");
        key.CopyTo(_key);
    }

    /// <summary>Encrypts; plaintext and ciphertext may be the same memory.</summary>
    public void Encrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag,
        ReadOnlySpan<byte> associatedData = default)
    {
        AesGcm cipher = Rent();
        try
        {
            cipher.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);
        }
        finally
        {
            Return(cipher);
        }
    }

    /// <summary>Decrypts; on a wrong tag the plaintext is erased and the answer is no.</summary>
    public bool TryDecrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext,
        ReadOnlySpan<byte> associatedData = default)
    {
        AesGcm cipher = Rent();
        try
        {
            cipher.Decrypt(nonce, ciphertext, tag, plaintext, associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(plaintext);
            return false;
        }
        finally
        {
            Return(cipher);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
        for (int i = 0; i < _idle.Length; i++)
            Interlocked.Exchange(ref _idle[i], null)?.Dispose();
    }

    private AesGcm Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        for (int i = 0; i < _idle.Length; i++)
        {
            if (_idle[i] is not null && Interlocked.Exchange(ref _idle[i], null) is { } cipher)
                return cipher;
        }
        AesGcm made = new(_key, TagBytes);
        if (_disposed)
        {
            // Made from a key that was being erased meanwhile.
            made.Dispose();
            ObjectDisposedException.ThrowIf(_disposed, this);
        }
        return made;
    }

    private void Return(AesGcm cipher)
    {
        for (int i = 0; i < _idle.Length && !_disposed; i++)
        {
            if (Interlocked.CompareExchange(ref _idle[i], cipher, null) is null)
            {
                // Disposal may have passed this slot a moment ago.
                if (_disposed)
                    Interlocked.Exchange(ref _idle[i], null)?.Dispose();
                return;
            }
        }
        cipher.Dispose();
    }
}
