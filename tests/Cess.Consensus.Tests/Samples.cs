using System.Collections.Immutable;
using Cess.Consensus.Evidence;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Consensus.Tests;

/// <summary>One of each, as docs/format/consensus.md shows them.</summary>
public static class Samples
{
    public static readonly Hash256 Genesis = Fill(0x0e);

    private static readonly SignedProposal s_proposal = new(9, 7, Fill(0x61), Block.Header.ComputeHash(), Signature);

    private static readonly ImmutableArray<CertificateVote> s_votes = [new(0, Signature), new(2, Signature), new(300, Signature)];

    public static Signature Signature { get; } =
        Signature.FromBytes([.. Enumerable.Repeat((byte)0x5a, 32), .. Enumerable.Repeat((byte)0x6b, 32)]);

    public static Block Block => new(
        new BlockHeader(
            6, Fill(0x61), 1_700_000_000_000, new AccountId(Fill(0x62)), Block.TransactionsRootOf([]), Fill(0x63), Fill(0x64)),
        []);

    public static Certificate Certificate => new(Fill(0x71), 9, s_votes);

    public static IReadOnlyDictionary<string, ConsensusMessage> Messages { get; } = new Dictionary<string, ConsensusMessage>
    {
        ["proposal"] = new ProposalMessage(s_proposal, Block),
        ["proposal-repeat"] = new ProposalMessage(s_proposal with { Block = Fill(0x61) }, null),
        ["vote-notarise"] = new VoteMessage(new Vote(2, VoteKind.Notarise, 9, Fill(0x71), Signature)),
        ["vote-dummy"] = new VoteMessage(new Vote(2, VoteKind.Dummy, 9, default, Signature)),
        ["vote-finalise"] = new VoteMessage(new Vote(2, VoteKind.Finalise, 9, Fill(0x71), Signature)),
        ["notarisation"] = new NotarisationMessage(new Notarisation(9, Fill(0x71), s_votes)),
        ["notarisation-dummy"] = new NotarisationMessage(new Notarisation(9, null, s_votes[..1])),
        ["finalisation"] = new FinalisationMessage(Certificate),
        ["status"] = new StatusMessage(Iterations.BaseOf(3) + 12, Iterations.BaseOf(3) + 10, 5_000),
        ["notarisations-request"] = new NotarisationsRequest(7, 70),
        ["block-request"] = new BlockRequest(9, Fill(0x71)),
        ["final-blocks-request"] = new FinalBlocksRequest(5_000),
        ["final-blocks"] = new FinalBlocks([Block], [Block.Header with { Height = 7 }], Certificate),
    };

    public static IReadOnlyDictionary<string, ConsensusRecord> Records { get; } = new Dictionary<string, ConsensusRecord>
    {
        ["record-proposal"] = new AcceptedProposal(s_proposal, [Block]),
        ["record-vote"] = new CastVote(new Vote(2, VoteKind.Notarise, 9, Fill(0x71), Signature)),
        ["record-notarisation"] = new KnownNotarisation(new Notarisation(9, null, s_votes[..1])),
        ["record-certificate"] = new KnownCertificate(Certificate with { Votes = s_votes[..1] }),
    };

    public static IReadOnlyDictionary<string, EquivocationEvidence> Evidence { get; } = new Dictionary<string, EquivocationEvidence>
    {
        ["evidence-proposals"] = EquivocationEvidence.Of(2, s_proposal with { Block = Fill(0x72) }, s_proposal with { Block = Fill(0x71) }),
        ["evidence-votes"] = EquivocationEvidence.Of(
            new Vote(2, VoteKind.Finalise, 9, Fill(0x71), Signature), new Vote(2, VoteKind.Dummy, 9, default, Signature)),
    };

    public static IReadOnlyDictionary<string, byte[]> Digests { get; } = new Dictionary<string, byte[]>
    {
        ["digest-proposal"] = (s_proposal with { Block = Fill(0x71) }).Digest(Genesis).ToArray(),
        ["digest-notarise"] = Vote.Digest(VoteKind.Notarise, Genesis, 9, Fill(0x71)).ToArray(),
        ["digest-dummy"] = Vote.Digest(VoteKind.Dummy, Genesis, 9, default).ToArray(),
        ["digest-finalise"] = Vote.Digest(VoteKind.Finalise, Genesis, 9, Fill(0x71)).ToArray(),
        ["hash-chain-step"] = HashChainCommitment.Step(new AccountId(Fill(0x62)), Fill(0x01)).ToArray(),
        ["randomness"] = EraRandomness.Initial(Genesis).Mix(Fill(0x01)).Value.ToArray(),
        ["era-seed"] = EraRandomness.Initial(Genesis).Mix(Fill(0x01)).SeedOf(3).ToArray(),
    };

    public static Hash256 Fill(byte value) => Hash256.FromBytes([.. Enumerable.Repeat(value, Hash256.Size)]);

    private static byte[] ToArray(this Hash256 hash)
    {
        byte[] bytes = new byte[Hash256.Size];
        hash.WriteTo(bytes);
        return bytes;
    }
}
