using Cess.Primitives;

namespace Cess.Peers;

/// <summary>Keeps the records of this node's validators in the book, true and newer than all others.</summary>
internal sealed class OwnRecords(PeerOptions options, PeerBook book, IPeerValidators validators, TimeProvider time)
{
    /// <summary>Makes the records that are missing, or say something else.</summary>
    /// <param name="url">Where this node is reached.</param>
    /// <returns>Whether any had to be made.</returns>
    public bool Ensure(string url)
    {
        bool hasNews = false;
        PeerEndpoint here = new(options.Certificate.Node, url);
        foreach (AccountId validator in validators.Local)
        {
            PublicKey key = validators.KeyOf(validator);
            bool isThere = book.TryFind(validator, out PeerRecord? known);
            if (isThere && known!.Endpoint == here && known.Key == key)
                continue;

            // From the clock, so that it grows even if the book was lost; above what is known, if the clock went back.
            ulong sequence = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
            if (isThere && known!.Sequence >= sequence)
                sequence = known.Sequence == ulong.MaxValue ? ulong.MaxValue : known.Sequence + 1;
            PeerRecord record = PeerRecord.Create(options.Genesis, validator, key, here, sequence, digest => validators.Sign(validator, digest));
            hasNews |= book.Add(record) == PeerError.None;
        }

        return hasNews;
    }
}
