namespace Cess.Client.Chain;

/// <summary>
/// How far a feed has come: from where it goes on after a break, and what of that is known already. A break within a block is not seen as
/// such, so the block of the last event comes again, from its first event; the events of a final block and their order never change.
/// </summary>
/// <param name="from">The first block that is wanted; null for the one after the node's head.</param>
/// <param name="ofBlocks">Whether it is the blocks themselves that come, each as one event.</param>
internal sealed class FeedPosition(ulong? from, bool ofBlocks)
{
    private int _given;
    private int _repeated;

    /// <summary>
    /// The block to ask for: the first one that may not be known to its end. Null while the node has not named its head. The block 0 follows
    /// from the genesis, and no feed has it.
    /// </summary>
    public ulong? Next { get; private set; } = from == 0 ? 1 : from;

    /// <summary>A connection begins.</summary>
    public void Begin() => _repeated = _given;

    /// <summary>Takes an event.</summary>
    /// <returns>False for one that was given before.</returns>
    /// <exception cref="CessException">BadAnswer: blocks are left out, or it goes back, or not all that was given comes again.</exception>
    public bool Take(ulong height)
    {
        if (ofBlocks)
        {
            if (height != (Next ?? height))
                throw new CessException(ClientErrors.BadAnswer, $"The node's feed goes on with block {height} where {Next} follows.");
            Next = height + 1;
            return true;
        }

        MoveTo(height);
        if (_repeated > 0)
        {
            _repeated--;
            return false;
        }

        _given++;
        return true;
    }

    /// <summary>The node has looked at all blocks up to a height.</summary>
    /// <exception cref="CessException">BadAnswer, as above.</exception>
    public void LookUpTo(ulong height)
    {
        // Blocks tell themselves how far it is.
        if (!ofBlocks || Next is null)
            MoveTo(height + 1);
    }

    private void MoveTo(ulong height)
    {
        if (height == Next)
            return;
        if (height < Next)
            throw new CessException(ClientErrors.BadAnswer, $"The node's feed goes back to block {height}, behind {Next}.");
        if (_repeated > 0)
            throw new CessException(ClientErrors.BadAnswer, $"Block {Next} had events before that the node's feed now leaves out.");
        (Next, _given) = (height, 0);
    }
}
