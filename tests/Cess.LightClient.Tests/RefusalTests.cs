using Cess.LightClient.Tests.Network;

namespace Cess.LightClient.Tests;

/// <summary>What the client takes, and what it must not, on a chain of four validators that change after ten blocks.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly MadeChain _chain = new();
    private readonly IndependentLightClient _client;

    public RefusalTests() => _client = IndependentLightClient.Start(_chain.Genesis, _chain.Hash);

    public void Dispose() => _chain.Dispose();

    [Fact]
    public void Another_chains_genesis_is_refused()
    {
        using MadeChain other = new();
        Assert.Throws<RefusedException>(() => IndependentLightClient.Start(other.Genesis, _chain.Hash));
        IndependentLightClient stranger = IndependentLightClient.Start(other.Genesis, other.Hash);
        Assert.Throws<RefusedException>(() => Check(stranger, _chain.Header(3), by: _chain.First, voters: [0, 1, 2]));
    }

    [Fact]
    public void Three_votes_of_four_make_a_header_final_and_two_do_not()
    {
        Check(_client, _chain.Header(3), _chain.First, 0, 1, 3);
        Check(_client, _chain.Header(3), _chain.First, 0, 1, 2, 3);
        RefusedCheck(_chain.Header(3), 0, 1);
        RefusedCheck(_chain.Header(3));
    }

    [Fact]
    public void A_vote_counts_once_and_in_its_place()
    {
        RefusedCheck(_chain.Header(3), 0, 1, 1);
        RefusedCheck(_chain.Header(3), 0, 2, 1);
    }

    [Fact]
    public void One_altered_signature_spoils_a_certificate_even_if_the_others_suffice()
    {
        byte[] header = _chain.Header(3);
        byte[] good = _chain.Certify(header, _chain.First, 0, 1, 2, 3);
        const int lastSignature = VoteKey.SignatureSize;
        for (int place = good.Length - lastSignature; place < good.Length; place += 7)
        {
            byte[] altered = [.. good];
            altered[place] ^= 1;
            Assert.Throws<RefusedException>(() => Check(_client, header, altered));
        }

        byte[] malleable = [.. good[..^lastSignature], .. VoteKey.OtherS(good[^lastSignature..])];
        Assert.Throws<RefusedException>(() => Check(_client, header, malleable));
    }

    [Fact]
    public void A_header_of_no_block_of_the_era_is_refused()
    {
        RefusedCheck(_chain.Header(0), 0, 1, 2);
        RefusedCheck(_chain.Header(MadeChain.EraBlocks + 1), 0, 1, 2);
        RefusedCheck(_chain.Header(3, version: 2), 0, 1, 2);
        Assert.Throws<RefusedException>(() => Check(_client, _chain.Header(3), _chain.Certify(_chain.Header(4), _chain.First, 0, 1, 2)));
    }

    [Fact]
    public void After_a_handover_the_new_validators_speak_and_the_old_ones_no_longer()
    {
        _client.Advance(_chain.Handover());
        Assert.Equal(new ChainEra(1, 10, 20), _client.Era);
        Check(_client, _chain.Header(11), _chain.Second, 0, 1, 2);
        Assert.Throws<RefusedException>(() => Check(_client, _chain.Header(11), _chain.First, 0, 1, 2));
        Assert.Throws<RefusedException>(() => Check(_client, _chain.Header(3), _chain.First, 0, 1, 2));
        Assert.Throws<RefusedException>(() => _client.Advance(_chain.Handover()));
    }

    [Fact]
    public void A_handover_that_is_not_all_of_one_piece_is_refused_and_the_client_stays()
    {
        Refused(_chain.Handover(height: 9));
        Refused(_chain.Handover(validators: _chain.First));
        Refused(_chain.Handover(era: [.. MadeChain.EraRecord[..^1], 1]));
        Refused(_chain.Handover(certificate: _chain.Certify(_chain.Header(10), _chain.First, 0, 1)));
        Refused(_chain.Handover(certificate: _chain.Certify(_chain.Header(10), _chain.Second, 0, 1, 2)));
        Refused([.. _chain.Handover(), 0]);
        Refused(_chain.Handover()[..^1]);
        Assert.Equal(0ul, _client.Era.Index);
        _client.Advance(_chain.Handover());

        void Refused(byte[] handover) => Assert.Throws<RefusedException>(() => _client.Advance(handover));
    }

    [Fact]
    public void A_record_is_taken_with_its_proof_and_refused_with_that_of_another_key()
    {
        Bytes32 account = StateKeys.Account(MadeChain.Rich);
        (ChainHeader header, IReadOnlyList<byte[]?> records) = _client.CheckRecords(_chain.Records(5, [MadeChain.Account], account), account);
        Assert.Equal(5ul, header.Height);
        Assert.Equal(MadeChain.Account, records[0]);

        Refused([MadeChain.Account], proven: StateKeys.Bucket("photos"), asked: account);
        Refused([MadeChain.Account], proven: account, asked: StateKeys.Bucket("photos"));
        Refused([[.. MadeChain.Account, 0]], proven: account, asked: account);
        Refused([], proven: account, asked: account);
    }

    [Fact]
    public void An_absence_is_taken_for_a_key_that_is_not_there_and_refused_for_one_that_is()
    {
        Bytes32 absent = StateKeys.Bucket("nobodys");
        Assert.Null(_client.CheckRecords(_chain.Records(5, [null], absent), absent).Records[0]);

        Bytes32 present = StateKeys.Bucket("photos");
        Refused([null], proven: present, asked: present);
        Refused([null], proven: absent, asked: present);
        Refused([null], proven: StateKeys.Account(MadeChain.Rich), asked: present);
    }

    [Fact]
    public void What_began_a_block_is_taken_with_its_path_and_refused_if_it_is_altered_or_of_another_block()
    {
        ChainEvent paid = Assert.Single(_client.CheckStartEvents(_chain.StartEvents(5), 5));
        Assert.Equal((1, 0), (paid.Module, paid.Number));
        Assert.Throws<RefusedException>(() => _client.CheckStartEvents(_chain.StartEvents(5), 6));
        Assert.Throws<RefusedException>(() => _client.CheckStartEvents(_chain.StartEvents(5, amount: 8), 5));
        Assert.Throws<RefusedException>(() => _client.CheckStartEvents(_chain.StartEvents(5, provenAmount: 8), 5));
        Assert.Throws<RefusedException>(() => _client.CheckStartEvents(_chain.StartEvents(5, count: 0), 5));
        Assert.Throws<RefusedException>(() => _client.CheckStartEvents(_chain.StartEvents(5, count: 2), 5));
    }

    [Fact]
    public void Headers_that_lead_to_a_certified_one_are_taken_only_if_they_follow_each_other()
    {
        byte[] first = _chain.Header(3);
        byte[] second = _chain.Header(4, Bytes32.Sha256(first));
        byte[] gap = _chain.Header(5, Bytes32.Sha256(first));
        byte[] stranger = _chain.Header(4);
        Bytes32 key = StateKeys.Bucket("photos");
        _client.CheckRecords(Answer(first, second), key);
        Assert.Throws<RefusedException>(() => _client.CheckRecords(Answer(first, stranger), key));
        Assert.Throws<RefusedException>(() => _client.CheckRecords(Answer(first, gap), key));
        Assert.Throws<RefusedException>(() => _client.CheckRecords(Answer(second, first), key));

        byte[] Answer(byte[] from, byte[] to) => new ScaleOutput()
            .Compact(2).Fixed(from).Fixed(to).Fixed(_chain.Certify(to, _chain.First, 1, 2, 3))
            .Fixed(_chain.Tree.Prove(key)).Compact(1).Fixed(1).Bytes([1, 2, 3]).ToArray();
    }

    private static void Check(IndependentLightClient client, byte[] header, byte[] certificate) =>
        client.CheckFinal(ChainHeader.Read(new ScaleInput(header)), ChainCertificate.Read(new ScaleInput(certificate)));

    private void Check(IndependentLightClient client, byte[] header, IReadOnlyList<System.Security.Cryptography.ECDsa> by, params IReadOnlyList<int> voters) =>
        Check(client, header, _chain.Certify(header, by, voters));

    private void RefusedCheck(byte[] header, params int[] voters) =>
        Assert.Throws<RefusedException>(() => Check(_client, header, _chain.First, voters));

    private void Refused(IReadOnlyList<byte[]?> records, Bytes32 proven, Bytes32 asked) =>
        Assert.Throws<RefusedException>(() => _client.CheckRecords(_chain.Records(5, records, proven), asked));
}
