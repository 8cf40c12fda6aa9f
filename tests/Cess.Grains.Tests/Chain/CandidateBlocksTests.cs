using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Primitives;

namespace Cess.Grains.Tests.Chain;

public sealed class CandidateBlocksTests
{
    private static readonly PublicKey s_validator = PrivateKey.Generate().PublicKey;

    private readonly CandidateBlocks _candidates = new();
    private readonly LedgerState _start = new Genesis("test", 0, new ChainParameters(), [], new ValidatorSet([s_validator])).ToState();

    [Fact]
    public void When_a_block_is_final_it_and_all_that_do_not_follow_it_go()
    {
        FinalBlock one = Execute(_start, 1);
        FinalBlock other = Execute(_start, 2);
        FinalBlock onOne = Execute(one.Block.State, 3);
        FinalBlock onOther = Execute(other.Block.State, 4);

        IReadOnlyList<FinalBlock> dead = _candidates.Prune(one.Block.State);

        Assert.Equal([other, onOther], dead.OrderBy(block => block.Height));
        Assert.Null(_candidates.Find(Hash(one)));
        Assert.Same(onOne, _candidates.FindExecuted(Hash(onOne)));
        Assert.Equal([onOne], _candidates.Executed);
    }

    [Fact]
    public void A_block_that_nobody_has_executed_is_no_loss()
    {
        FinalBlock one = Execute(_start, 1);
        Block other = BlockExecutor.Execute(_start, new BlockContext(2, s_validator.ToAccountId()), []).Block;
        _candidates.Offer(other.Header.ComputeHash(), other);

        Assert.Empty(_candidates.Prune(one.Block.State));
        Assert.Null(_candidates.Find(other.Header.ComputeHash()));
    }

    [Fact]
    public void Offering_a_block_again_does_not_lose_what_executing_it_gave()
    {
        FinalBlock one = Execute(_start, 1);
        _candidates.Offer(Hash(one), one.Block.Block);
        Assert.Same(one, _candidates.FindExecuted(Hash(one)));
    }

    [Fact]
    public void A_validators_block_is_found_by_what_it_follows()
    {
        FinalBlock one = Execute(_start, 1);
        Assert.Same(one, _candidates.FindExecuted(_start.BlockHash, s_validator.ToAccountId()));
        Assert.Null(_candidates.FindExecuted(_start.BlockHash, new AccountId(Hash256.Zero)));
        Assert.Null(_candidates.FindExecuted(Hash(one), s_validator.ToAccountId()));
    }

    private FinalBlock Execute(LedgerState parent, ulong time)
    {
        var executed = new FinalBlock(BlockExecutor.Execute(parent, new BlockContext(time, s_validator.ToAccountId()), []), parent);
        _candidates.Add(executed);
        return executed;
    }

    private static Hash256 Hash(FinalBlock block) => block.Block.State.BlockHash;
}
