using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Tests;

/// <summary>What validators sign is what the ledger punishes.</summary>
public sealed class LedgerDigestTests
{
    private static readonly Hash256 s_genesis = Hash256.Sha256([1]);
    private static readonly Hash256 s_block = Hash256.Sha256([2]);
    private static readonly Hash256 s_parent = Hash256.Sha256([3]);

    [Theory]
    [InlineData(VoteKind.Notarise, ConsensusVoteKind.Notarise)]
    [InlineData(VoteKind.Dummy, ConsensusVoteKind.Dummy)]
    [InlineData(VoteKind.Finalise, ConsensusVoteKind.Finalise)]
    public void A_votes_digest_is_the_ledgers(VoteKind kind, ConsensusVoteKind ledgerKind) =>
        Assert.Equal(ConsensusVotes.Digest(ledgerKind, s_genesis, 9, s_block), Vote.Digest(kind, s_genesis, 9, s_block));

    [Fact]
    public void A_proposals_digest_is_the_ledgers() => Assert.Equal(
        ConsensusVotes.ProposalDigest(s_genesis, 9, s_block, new ProposedParent(s_parent, 8)),
        SignedProposal.Digest(s_genesis, 9, 8, s_parent, s_block));

    [Fact]
    public void The_era_of_an_iteration_is_the_ledgers()
    {
        foreach (ulong iteration in new ulong[] { 0, 1, Iterations.BaseOf(1), Iterations.BaseOf(1) + 1, Iterations.BaseOf(7) - 1 })
            Assert.Equal(ConsensusVotes.EraOf(iteration), Iterations.EraOf(iteration));
    }
}
