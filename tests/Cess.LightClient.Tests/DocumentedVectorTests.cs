using Cess.LightClient.Tests.Network;

namespace Cess.LightClient.Tests;

/// <summary>What was written from the pages reads the pages' examples.</summary>
public sealed class DocumentedVectorTests
{
    private static readonly Bytes32 s_alice = Bytes32.Parse("5baff89de7de5c1d7b6193a1567ceeeb397cbda88f03f725c8de328591bfc194");

    [Fact]
    public void The_genesis_is_read_and_hashed()
    {
        ChainGenesis genesis = ChainGenesis.Decode(DocumentedVectors.Of("genesis"));
        Assert.Equal(DocumentedVectors.HashOf("genesis-hash"), genesis.Hash);
        Assert.Equal(("golden", 1_700_000_000_000ul), (genesis.Name, genesis.TimeMs));
        Assert.Equal(s_alice, Assert.Single(genesis.Validators).Account);
    }

    [Fact]
    public void A_header_is_read_and_hashed()
    {
        ScaleInput input = new(DocumentedVectors.Of("header"));
        ChainHeader header = ChainHeader.Read(input);
        input.End();
        Assert.Equal(DocumentedVectors.HashOf("block-hash"), header.Hash);
        Assert.Equal((1, 5ul), (header.Version, header.Height));
    }

    [Fact]
    public void A_certificate_is_read_and_a_vote_signs_the_digest()
    {
        ScaleInput input = new(DocumentedVectors.Of("certificate"));
        ChainCertificate certificate = ChainCertificate.Read(input);
        input.End();
        Assert.Equal([0, 2], certificate.Votes.Select(vote => (int)vote.Validator));
        Assert.Equal(DocumentedVectors.HashOf("vote-digest"), certificate.Digest(Bytes32.Parse(new string('0', 64).Replace("00", "0e", StringComparison.Ordinal))));
    }

    [Fact]
    public void Keys_of_the_state_are_computed()
    {
        Assert.Equal(DocumentedVectors.HashOf("key-account"), StateKeys.Account(s_alice));
        Assert.Equal(DocumentedVectors.HashOf("key-bucket"), StateKeys.Bucket("photos"));
        Assert.Equal(DocumentedVectors.HashOf("key-object"), StateKeys.Object("photos", Bytes32.Parse(new string('1', 64))));
        Assert.Equal(DocumentedVectors.HashOf("key-era"), StateKeys.Era);
    }

    [Fact]
    public void Proofs_lead_to_the_root_and_show_presence_absence_or_nothing()
    {
        Bytes32 last = Bytes32.Parse(new string('0', 63) + "1");
        Bytes32 none = Bytes32.Parse("c0" + new string('0', 62));
        Bytes32 record = Bytes32.Sha256(new byte[] { 2 });
        Assert.Equal(((Shown.Present, record), (Shown.Nothing, null)), Look("proof-present"));
        Assert.Equal(((Shown.Nothing, null), (Shown.Absent, null)), Look("proof-absent"));
        Assert.Equal(((Shown.Present, record), (Shown.Absent, null)), Look("proof-both"));

        ((Shown, Bytes32?), (Shown, Bytes32?)) Look(string name)
        {
            ScaleInput input = new(DocumentedVectors.Of(name));
            TreeProof proof = TreeProof.Read(input);
            input.End();
            Assert.Equal(DocumentedVectors.HashOf("tree-root"), proof.Root);
            return (proof.Find(last), proof.Find(none));
        }
    }

    [Theory]
    [InlineData("receipt-success")]
    [InlineData("receipt-failure")]
    public void Receipts_are_read_to_their_end(string name)
    {
        ScaleInput input = new(DocumentedVectors.Of(name));
        ChainReceipt receipt = ChainReceipt.Read(input);
        input.End();
        Assert.Equal(receipt.Error is null, receipt.Events.Count > 0);
    }

    [Theory]
    [InlineData("transferred")]
    [InlineData("miner-registered")]
    [InlineData("space-declared")]
    [InlineData("endpoint-updated")]
    [InlineData("beneficiary-updated")]
    [InlineData("stake-added")]
    [InlineData("bucket-created")]
    [InlineData("bucket-deleted")]
    [InlineData("deal-opened")]
    [InlineData("transfer-reported")]
    [InlineData("fragments-reassigned")]
    [InlineData("file-completed")]
    [InlineData("deal-dropped")]
    [InlineData("file-deleted")]
    [InlineData("deletion-refused")]
    [InlineData("batch-completed")]
    [InlineData("key-rotated")]
    [InlineData("delegate-set")]
    [InlineData("delegate-removed")]
    [InlineData("acted-as")]
    [InlineData("bonded")]
    [InlineData("unbonded")]
    [InlineData("withdrawn")]
    [InlineData("candidate-changed")]
    [InlineData("nominated")]
    [InlineData("nomination-left")]
    [InlineData("slashed")]
    [InlineData("rewarded")]
    [InlineData("era-started")]
    [InlineData("revealed")]
    [InlineData("proposed")]
    [InlineData("voted")]
    [InlineData("enacted")]
    [InlineData("proposal-dropped")]
    public void Every_event_of_the_page_is_read_to_its_end(string name)
    {
        ScaleInput input = new(DocumentedVectors.Of(name));
        ChainReceipt.ReadEvent(input);
        input.End();
    }
}
