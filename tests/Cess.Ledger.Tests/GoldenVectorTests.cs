using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.State;
using Cess.Primitives;
using Cess.Tests;

namespace Cess.Ledger.Tests;

/// <summary>The vectors of docs/format/ledger.md: the page and the code cannot say different things.</summary>
public sealed class GoldenVectorTests
{
    private static readonly IReadOnlyDictionary<string, byte[]> s_code = FromCode();

    private static readonly FormatPage s_page = new("ledger.md", s_code);

    public static TheoryData<string> Names => s_page.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void The_page_has_the_bytes_that_the_code_writes(string name) => s_page.Agrees(name);

    [Fact]
    public void The_page_has_all_vectors_and_no_other() => s_page.IsComplete();

    private static Dictionary<string, byte[]> FromCode()
    {
        Dictionary<string, byte[]> vectors = new()
        {
            ["transaction-revealing"] = Samples.Revealing.Bytes.ToArray(),
            ["transaction-known"] = Samples.Known.Bytes.ToArray(),
            ["file-in-batch"] = FileId.InBatch(Samples.Known.Id, 1).Hash.ToArray(),
            ["transaction-multisig"] = Samples.OfSeveral.Bytes.ToArray(),
            ["multisig-account"] = Samples.OfSeveral.Multisig!.Policy.ToAccountId().Hash.ToArray(),
            ["rotation-digest"] = RotateKey.ProofDigest(Samples.Root(0x0e), Samples.Alice.Id, Samples.Bob.Key.PublicKey).ToArray(),
            ["key-delegate"] = LedgerKeys.Delegate(Samples.Alice.Id, Samples.Bob.Id).Bytes.ToArray(),
            ["notarise-digest"] = ConsensusVotes.Digest(ConsensusVoteKind.Notarise, Samples.Root(0x0e), 9, Samples.Root(0x71)).ToArray(),
            ["dummy-digest"] = ConsensusVotes.Digest(ConsensusVoteKind.Dummy, Samples.Root(0x0e), 9, Hash256.Zero).ToArray(),
            ["key-era"] = LedgerKeys.Era.Bytes.ToArray(),
            ["key-nomination"] = LedgerKeys.Nomination(Samples.Alice.Id, Samples.Bob.Id).Bytes.ToArray(),
            ["proposal-digest"] = ConsensusVotes.ProposalDigest(Samples.Root(0x0e), 9, Samples.Root(0x71), new ProposedParent(Samples.Root(0x72), 8)).ToArray(),
            ["handover-sha256"] = Scale.Sha256(Samples.Handover).ToArray(),
            ["records-proof"] = Scale.Encode(Samples.RecordsProof),
            ["transaction-proof-sha256"] = Scale.Sha256(Samples.TransactionProof).ToArray(),
            ["start-events-proof-sha256"] = Scale.Sha256(Samples.StartEventsProof).ToArray(),
            ["treasury"] = TreasuryAccount.Id.Hash.ToArray(),
            ["transaction-id"] = Samples.Known.Id.ToArray(),
            ["receipt-success"] = Scale.Encode(Samples.Success),
            ["receipt-failure"] = Scale.Encode(Samples.Failure),
            ["header"] = Scale.Encode(Samples.Header),
            ["block-hash"] = Samples.Header.ComputeHash().ToArray(),
            ["record-sha256"] = Scale.Sha256(Samples.Record).ToArray(),
            ["certificate"] = Scale.Encode(Samples.Certificate),
            ["vote-digest"] = Certificate.VoteDigest(Samples.Root(0x0e), Samples.Root(0x71), 9).ToArray(),
            ["genesis"] = Scale.Encode(Samples.Genesis),
            ["genesis-hash"] = Samples.Genesis.ComputeHash().ToArray(),
            ["genesis-state-root"] = Samples.Genesis.ToState().Tree.Root.ToArray(),
            ["genesis-block-hash"] = Samples.Genesis.ToState().BlockHash.ToArray(),
            ["key-parameters"] = LedgerKeys.Parameters.Bytes.ToArray(),
            ["key-account"] = LedgerKeys.Account(Samples.Alice.Id).Bytes.ToArray(),
            ["key-miner"] = LedgerKeys.Miner(new MinerId(300)).Bytes.ToArray(),
            ["key-bucket"] = LedgerKeys.Bucket("photos").Bytes.ToArray(),
            ["key-object"] = LedgerKeys.Object("photos", Samples.Root(0x11)).Bytes.ToArray(),
            ["key-deadline-place"] = DeadlineQueue.EntryCollection.KeyOf(new DeadlinePlace(605, 2)).Bytes.ToArray(),
        };
        foreach ((string name, Call call) in Samples.Calls)
            vectors.Add(name, Scale.Encode(call));
        foreach ((string name, LedgerEvent value) in Samples.Events)
            vectors.Add(name, Scale.Encode(value));
        foreach ((string name, byte[] bytes) in Samples.StateValues)
            vectors.Add($"state-{name}", bytes);

        StateKey last = Key(31, 0x01);
        StateKey none = Key(0, 0xc0);
        StateTree tree = StateTree.Empty.Set(Key(0, 0), [1]).Set(last, [2]).Set(Key(0, 0x80), [3]);
        vectors.Add("tree-root", tree.Root.ToArray());
        vectors.Add("proof-present", Scale.Encode(StateProof.Of(tree, last)));
        vectors.Add("proof-absent", Scale.Encode(StateProof.Of(tree, none)));
        vectors.Add("proof-both", Scale.Encode(StateProof.Of(tree, last, none)));
        return vectors;
    }

    private static StateKey Key(int position, byte value)
    {
        byte[] bytes = new byte[StateKey.Size];
        bytes[position] = value;
        return new StateKey(Hash256.FromBytes(bytes));
    }
}
