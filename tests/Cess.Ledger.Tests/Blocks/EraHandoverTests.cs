using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Ledger.Tests.Modules;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Blocks;

/// <summary>A light client follows a chain whose validators change at block 10, and not again at 20.</summary>
public sealed class EraHandoverTests : IDisposable
{
    private readonly PublicKeyCache _keys = new(16);
    private readonly StakingFixture _staking = new();
    private readonly LedgerState _genesis;
    private readonly LedgerState _middle;
    private readonly EraHandover _first;
    private readonly LightClient _client;

    public EraHandoverTests()
    {
        _genesis = _staking.State;
        _client = LightClient.StartingAt(_genesis, _keys);
        for (int account = 1; account <= 3; account++)
            _staking.MakeCandidate(account);
        _middle = _staking.State;
        _staking.EndEra();
        _first = Handover(_staking.State, _genesis.Validators);
    }

    public void Dispose()
    {
        _keys.Dispose();
        _staking.Dispose();
    }

    [Fact]
    public void A_client_follows_the_chain_from_era_to_era()
    {
        EraHandover read = Scale.Decode<EraHandover>(Scale.Encode(_first));
        Assert.Null(_client.Verify(read.Header, read.Certificate));
        Assert.Null(_client.Advance(read));
        Assert.Equal((1ul, 10ul, 20ul), (_client.Era.Index, _client.Era.Start, _client.Era.End));
        Assert.Equal(_staking.State.Validators.Keys, _client.Validators.Keys.AsEnumerable());

        ValidatorSet second = _staking.State.Validators;
        _staking.Chain.Seal();
        Assert.Null(_client.Verify(_staking.State.Header, Certify(_staking.State, second)));
        _staking.EndEra();
        Assert.Null(_client.Advance(Handover(_staking.State, second)));
        Assert.Equal(2ul, _client.Era.Index);
    }

    [Fact]
    public void Validators_do_not_speak_for_blocks_beyond_their_era()
    {
        ValidatorSet second = _staking.State.Validators;
        _staking.Chain.Seal();
        LedgerState next = _staking.State;
        Assert.Equal(ChainError.EraUnknown, _client.Verify(next.Header, Certify(next, _genesis.Validators)));
        Assert.Equal(ChainError.EraUnknown, _client.Verify(next.Header, Certify(next, second)));

        Assert.Null(_client.Advance(_first));
        Assert.Equal(ChainError.CertificateInsufficient, _client.Verify(next.Header, Certify(next, _genesis.Validators)));
        Assert.Null(_client.Verify(next.Header, Certify(next, second)));
        Assert.Equal(ChainError.EraUnknown, _client.Verify(_first.Header, _first.Certificate));
        Assert.Equal(ChainError.EraUnknown, _client.Advance(_first));
    }

    [Fact]
    public void A_handover_with_any_part_of_another_is_refused_and_the_client_stays()
    {
        CertificateVote vote = _first.Certificate.Votes[0];
        Refused(ChainError.CertificateInsufficient, _first with { Certificate = _first.Certificate with { Votes = [] } });
        Refused(ChainError.CertificateInsufficient, _first with { Certificate = _first.Certificate with { Votes = [vote with { Signature = Samples.FixedSignature }] } });
        Refused(ChainError.CertificateInsufficient, _first with { Certificate = Certify(_staking.State, _staking.State.Validators) });
        Refused(ChainError.CertificateOfOtherBlock, _first with { Header = _first.Header with { StateRoot = Hash256.Zero } });

        Refused(ChainError.HandoverInvalid, _first with { Validators = _genesis.Validators });
        Refused(ChainError.HandoverInvalid, _first with { Validators = new ValidatorSet([.. _first.Validators.Keys.Reverse()]) });
        Refused(ChainError.HandoverInvalid, _first with { Era = _first.Era with { End = 1_000 } });
        Refused(ChainError.HandoverInvalid, _first with { Era = _first.Era with { Index = 2 } });
        Refused(ChainError.HandoverInvalid, _first with { Era = _first.Era with { Seed = Hash256.Zero } });
        Refused(ChainError.HandoverInvalid, _first with { Proof = StateProof.Of(_staking.State.Tree, LedgerKeys.Era) });
        Refused(ChainError.HandoverInvalid, _first with { Proof = StateProof.Of(_staking.State.Tree, LedgerKeys.Validators, LedgerKeys.Parameters) });
        Refused(ChainError.HandoverInvalid, _first with { Proof = StateProof.Of(_middle.Tree, LedgerKeys.Era, LedgerKeys.Validators) });
        Assert.Null(_client.Advance(_first));
    }

    [Fact]
    public void A_proof_of_the_same_era_at_an_earlier_block_is_no_handover()
    {
        Certificate certificate = Certify(_middle, _genesis.Validators);
        Assert.Null(_client.Verify(_middle.Header, certificate));
        Refused(ChainError.HandoverInvalid, new EraHandover(
            _middle.Header, certificate, _middle.Era, _middle.Validators, StateProof.Of(_middle.Tree, LedgerKeys.Era, LedgerKeys.Validators)));
        Assert.Throws<ArgumentException>(() => EraHandover.Of(_middle, certificate));
        Assert.Throws<ArgumentException>(() => EraHandover.Of(_genesis, certificate));
    }

    private void Refused(LedgerError error, EraHandover handover)
    {
        Assert.Equal(error, _client.Advance(handover));
        Assert.Equal((_genesis.Era, _genesis.Validators), (_client.Era, _client.Validators));
    }

    private EraHandover Handover(LedgerState state, ValidatorSet by) => EraHandover.Of(state, Certify(state, by));

    private Certificate Certify(LedgerState state, ValidatorSet by)
    {
        Hash256 digest = Certificate.VoteDigest(state.Genesis, state.BlockHash, 7);
        ImmutableArray<CertificateVote> votes = [.. by.Keys.Select((key, i) => new CertificateVote(
            (ushort)i, _staking.Chain.Accounts.Single(a => a.Key.PublicKey == key).Key.Sign(digest)))];
        return new Certificate(state.BlockHash, 7, votes);
    }
}
