using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Blocks;

public sealed class LightClientTests : IDisposable
{
    private readonly PublicKeyCache _keys = new(16);
    private readonly TestAccount[] _validators = [.. Enumerable.Range(10, 4).Select(i => new TestAccount(i))];
    private readonly TestChain _chain = new();
    private readonly BlockHeader _header;
    private readonly Hash256 _hash;
    private readonly LightClient _client;

    public LightClientTests()
    {
        _chain.MustDo(_chain.Accounts[1], new Transfer(_chain.Accounts[2].Id, Balance.OneToken));
        _header = _chain.State.Header;
        _hash = _chain.State.BlockHash;
        _client = new LightClient(_chain.State.Genesis, _chain.State.Era, Set, _keys);
    }

    private ValidatorSet Set => new([.. _validators.Select(v => v.Key.PublicKey)]);

    public void Dispose() => _keys.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    [InlineData(6, 5)]
    [InlineData(7, 5)]
    [InlineData(11, 8)]
    public void A_quorum_is_more_than_two_thirds(int validators, int quorum) =>
        Assert.Equal(quorum, new ValidatorSet([.. Enumerable.Repeat(_validators[0].Key.PublicKey, validators)]).Quorum);

    [Fact]
    public void A_header_with_the_votes_of_a_quorum_is_final()
    {
        Assert.Null(_client.Verify(_header, Certificate(0, 1, 2)));
        Assert.Null(_client.Verify(_header, Certificate(0, 2, 3)));
        Assert.Null(_client.Verify(_header, Certificate(0, 1, 2, 3)));
        Assert.Null(_client.Verify(_header, Scale.Decode<Certificate>(Scale.Encode(Certificate(0, 1, 2)))));
    }

    [Fact]
    public void Too_few_repeated_foreign_or_wrong_votes_make_nothing_final()
    {
        Certificate good = Certificate(0, 1, 2);
        Insufficient(Certificate(0, 1));
        Insufficient(good with { Votes = [good.Votes[0], good.Votes[1], good.Votes[1]] });
        Insufficient(good with { Votes = [good.Votes[0], good.Votes[2], good.Votes[1]] });
        Insufficient(good with { Votes = [.. good.Votes[..2], good.Votes[2] with { Validator = 3 }] });
        Insufficient(good with { Votes = [.. good.Votes[..2], good.Votes[2] with { Validator = 4 }] });
        Insufficient(good with { Votes = [.. good.Votes[..2], new CertificateVote(2, Samples.FixedSignature)] });
        Insufficient(good with { Iteration = good.Iteration + 1 });

        void Insufficient(Certificate certificate) =>
            Assert.Equal(ChainError.CertificateInsufficient, _client.Verify(_header, certificate));
    }

    [Fact]
    public void Votes_for_another_block_or_another_chain_do_not_count()
    {
        Assert.Equal(ChainError.CertificateOfOtherBlock, _client.Verify(_header with { TimeMs = 1 }, Certificate(0, 1, 2)));
        LightClient other = new(Hash256.Zero, _chain.State.Era, Set, _keys);
        Assert.Equal(ChainError.CertificateInsufficient, other.Verify(_header, Certificate(0, 1, 2)));
        Assert.Equal(ChainError.BlockVersionUnknown, _client.Verify(_header with { Version = 9 }, Certificate(0, 1, 2)));
    }

    [Fact]
    public void A_record_or_its_absence_is_proven_against_a_header()
    {
        StateKey account = LedgerKeys.Account(_chain.Accounts[2].Id);
        StateKey bucket = LedgerKeys.Bucket("nothing");
        StateProof proof = Scale.Decode<StateProof>(Scale.Encode(StateProof.Of(_chain.State.Tree, account, bucket)));
        byte[] record = Scale.Encode(_chain.State.Account(_chain.Accounts[2].Id));

        Assert.True(LightClient.ProvesRecord(_header, proof, account, record));
        Assert.True(LightClient.ProvesAbsence(_header, proof, bucket));
        Assert.False(LightClient.ProvesAbsence(_header, proof, account));
        Assert.False(LightClient.ProvesRecord(_header, proof, account, [.. record, 0]));
        Assert.False(LightClient.ProvesRecord(_header with { StateRoot = Hash256.Zero }, proof, account, record));
    }

    [Fact]
    public void Headers_that_lead_to_a_certified_one_are_final_too()
    {
        LedgerState first = _chain.State;
        _chain.Seal();
        BlockHeader second = _chain.State.Header;
        _chain.Seal();
        BlockHeader third = _chain.State.Header;
        Certificate certificate = CertificateOf(_chain.State.BlockHash, 0, 1, 2);
        FinalityProof proof = Scale.Decode<FinalityProof>(Scale.Encode(new FinalityProof([first.Header, second, third], certificate)));
        Assert.Null(_client.Verify(proof));
        Assert.Equal(first.Header, proof.Header);

        Assert.Equal(ChainError.HeightWrong, _client.Verify(proof with { Headers = [first.Header, third] }));
        Assert.Equal(ChainError.ParentWrong, _client.Verify(proof with { Headers = [first.Header with { TimeMs = 1 }, second, third] }));
        Assert.Equal(ChainError.CertificateOfOtherBlock, _client.Verify(proof with { Headers = [first.Header, second] }));
        Assert.Equal(ChainError.CertificateInsufficient, _client.Verify(proof with { Certificate = CertificateOf(certificate.BlockHash, 0, 1) }));
        Assert.Throws<ScaleException>(() => Scale.Encode(proof with { Headers = [] }) is var none ? Scale.Decode<FinalityProof>(none) : null);
    }

    [Fact]
    public void A_client_does_not_take_a_header_of_the_era_before_by_those_that_follow_it()
    {
        LedgerState first = _chain.State;
        _chain.Seal();
        LightClient later = new(first.Genesis, first.Era with { Start = first.Height }, Set, _keys);
        FinalityProof proof = new([first.Header, _chain.State.Header], CertificateOf(_chain.State.BlockHash, 0, 1, 2));
        Assert.Equal(ChainError.EraUnknown, later.Verify(proof));
        Assert.Null(later.Verify(proof with { Headers = [_chain.State.Header] }));
    }

    [Fact]
    public void Records_come_with_the_proof_of_each_of_them()
    {
        StateKey[] keys = [LedgerKeys.Account(_chain.Accounts[2].Id), LedgerKeys.Bucket("nothing"), LedgerKeys.Supply];
        RecordsProof proof = RecordsProof.Of(_chain.State, new FinalityProof([_header], Certificate(0, 1, 2)), keys);
        proof = Scale.Decode<RecordsProof>(Scale.Encode(proof));
        Assert.True(proof.Proves(keys));
        Assert.Null(proof.Records[1]);

        Assert.False(proof.Proves([keys[0], keys[2], keys[1]]));
        Assert.False(proof.Proves(keys.AsSpan(..2)));
        Assert.False((proof with { Records = [null, .. proof.Records[1..]] }).Proves(keys));
        Assert.False((proof with { Records = [proof.Records[0], new byte[] { 1 }, proof.Records[2]] }).Proves(keys));
        Assert.False((proof with { Finality = proof.Finality with { Headers = [_header with { StateRoot = Hash256.Zero }] } }).Proves(keys));
    }

    [Fact]
    public void A_transaction_comes_with_its_receipt_and_the_proof_of_both()
    {
        for (int i = 0; i < 5; i++)
            _chain.Queue(_chain.Accounts[1], new Transfer(_chain.Accounts[2].Id, new Balance((ulong)i + 1)));
        BlockRecord record = _chain.Seal().ToRecord(null);
        BlockHeader header = record.Block.Header;
        FinalityProof finality = new([header], CertificateOf(header.ComputeHash(), 0, 1, 2));
        for (int index = 0; index < record.Block.Transactions.Length; index++)
        {
            TransactionProof proof = Scale.Decode<TransactionProof>(Scale.Encode(TransactionProof.Of(record, finality, index)));
            Assert.True(proof.IsOf(header));
            Assert.False((proof with { Receipt = record.Receipts[(index + 1) % 5] }).IsOf(header));
            Assert.False((proof with { Receipt = proof.Receipt with { Fee = Balance.OneToken } }).IsOf(header));
            Assert.False((proof with { Transaction = record.Block.Transactions[(index + 1) % 5] }).IsOf(header));
            Assert.False((proof with { Index = proof.Index + 1 }).IsOf(header));
            Assert.False((proof with { Count = proof.Index }).IsOf(header));
            Assert.False(proof.IsOf(_header));
        }
    }

    [Fact]
    public void What_began_a_block_comes_with_its_proof_however_many_transactions_follow()
    {
        LedgerEvent began = new Transferred(_chain.Accounts[0].Id, _chain.Accounts[1].Id, Balance.OneToken);
        for (int transactions = 0; transactions < 6; transactions++)
        {
            for (int i = 0; i < transactions; i++)
                _chain.Queue(_chain.Accounts[1], new Transfer(_chain.Accounts[2].Id, new Balance((ulong)i + 1)));
            BlockRecord record = _chain.Seal().ToRecord(null) with { StartEvents = [began] };
            BlockHeader header = record.Block.Header with { ReceiptsRoot = Receipt.RootOf([began], record.Receipts.AsSpan()) };
            FinalityProof finality = new([header], CertificateOf(header.ComputeHash(), 0, 1, 2));
            StartEventsProof proof = Scale.Decode<StartEventsProof>(Scale.Encode(StartEventsProof.Of(record, finality)));
            Assert.True(proof.IsOf(header));
            Assert.False((proof with { Events = [] }).IsOf(header));
            Assert.False((proof with { Events = [began, began] }).IsOf(header));
            Assert.False((proof with { Path = [.. proof.Path, Hash256.Zero] }).IsOf(header));
            Assert.False((proof with { Count = (2 * proof.Count) + 1 }).IsOf(header));
            Assert.False(proof.IsOf(_header));
        }
    }

    private Certificate Certificate(params int[] voters) => CertificateOf(_hash, voters);

    private Certificate CertificateOf(Hash256 hash, params int[] voters)
    {
        Hash256 digest = Ledger.Blocks.Certificate.VoteDigest(_chain.State.Genesis, hash, 7);
        return new Certificate(
            hash, 7, [.. voters.Select(v => new CertificateVote((ushort)v, _validators[v].Key.Sign(digest)))]);
    }
}
