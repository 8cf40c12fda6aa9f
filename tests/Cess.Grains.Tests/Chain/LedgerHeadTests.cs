using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Primitives;

namespace Cess.Grains.Tests.Chain;

public sealed class LedgerHeadTests
{
    private static readonly PublicKey s_validator = PrivateKey.Generate().PublicKey;

    private readonly LedgerState _start = new Genesis("test", 0, new ChainParameters(), [], new ValidatorSet([s_validator])).ToState();

    [Theory]
    [InlineData(0, GrainLimits.RecentBlocks)]
    [InlineData(GrainLimits.RecentTransactions / 4, 4)]
    [InlineData(GrainLimits.RecentTransactions + 1, 1)]
    public void Recent_blocks_are_bounded_by_their_number_and_by_their_transactions(int transactions, int kept)
    {
        var head = new LedgerHead(_start);
        LedgerState state = _start;
        for (int i = 0; i < GrainLimits.RecentBlocks + 3; i++)
            state = Publish(head, state, transactions);

        Assert.Equal(kept, head.Above(state.Height - (ulong)kept)?.Count);
        Assert.Null(head.Above(state.Height - (ulong)kept - 1));
    }

    [Fact]
    public async Task Who_waits_for_a_height_is_told_when_there_is_a_block_above_it()
    {
        var head = new LedgerHead(_start);
        Task waiting = head.WaitAboveAsync(0, CancellationToken.None);
        Task waitingForMore = head.WaitAboveAsync(1, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        LedgerState first = Publish(head, _start, transactions: 0);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(waitingForMore.IsCompleted);
        Assert.True(head.WaitAboveAsync(0, CancellationToken.None).IsCompletedSuccessfully);
        Publish(head, first, transactions: 0);
        await waitingForMore.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>A block that says that it has so many transactions; nothing here looks into them.</summary>
    private static LedgerState Publish(LedgerHead head, LedgerState before, int transactions)
    {
        ExecutedBlock executed = BlockExecutor.Execute(before, new BlockContext(1, s_validator.ToAccountId()), []);
        Receipt receipt = new(Hash256.Zero, null, Balance.Zero, []);
        head.Publish([new FinalBlock(executed with { Receipts = [.. Enumerable.Repeat(receipt, transactions)] }, before)]);
        return executed.State;
    }
}
