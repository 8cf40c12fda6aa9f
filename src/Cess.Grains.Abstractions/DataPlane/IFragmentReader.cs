namespace Cess.Grains;

/// <summary>Reads fragments from the miners that hold them. Bytes come unverified: the caller checks tags or roots.</summary>
public interface IFragmentReader
{
    /// <summary>Fills <paramref name="destination"/> from byte <paramref name="offset"/> of a fragment.</summary>
    /// <param name="miner">The miner's number on chain.</param>
    /// <param name="name">See <see cref="FragmentName"/>.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="destination">Filled whole on success; otherwise its content is undefined.</param>
    /// <param name="cancellation">Ends the read.</param>
    /// <returns>False when the miner does not have it, has too little of it, or does not answer.</returns>
    ValueTask<bool> ReadAsync(
        uint miner, string name, long offset, Memory<byte> destination, CancellationToken cancellation);
}
