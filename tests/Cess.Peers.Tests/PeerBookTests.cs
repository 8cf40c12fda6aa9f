using Cess.Primitives;

namespace Cess.Peers.Tests;

public sealed class PeerBookTests
{
    private static readonly PeerEndpoint s_here = new(PrivateKey.Generate().PublicKey, "https://192.0.2.1:9100");
    private static readonly PeerEndpoint s_there = new(PrivateKey.Generate().PublicKey, "https://peer.example");

    private readonly TestChain _chain = new();
    private readonly TestValidator _validator;
    private readonly PeerBook _book;
    private int _changes;

    public PeerBookTests()
    {
        _validator = _chain.Validators(1)[0];
        _book = new PeerBook(_chain.Genesis, new TestValidators(_chain, []));
        _book.Changed += () => _changes++;
    }

    [Fact]
    public void A_validators_record_is_found_under_its_account_and_its_node()
    {
        PeerRecord record = Record(s_here, 1);

        Assert.Equal(PeerError.None, _book.Add(record));

        Assert.True(_book.TryFind(_validator.Account, out PeerRecord? found));
        Assert.Equal(record, found);
        Assert.True(_book.Names(s_here.Node));
        Assert.True(_book.Speaks(s_here.Node, _validator.Account));
        Assert.False(_book.Names(s_there.Node));
        Assert.Equal(1, _changes);
    }

    [Fact]
    public void A_newer_record_replaces_an_older_one()
    {
        _book.Add(Record(s_here, 1));

        Assert.Equal(PeerError.None, _book.Add(Record(s_there, 2)));

        Assert.Equal(s_there, Assert.Single(_book.Records).Endpoint);
        Assert.False(_book.Speaks(s_here.Node, _validator.Account));
        Assert.Equal(2, _changes);
    }

    [Theory]
    [InlineData(4ul)]
    [InlineData(5ul)]
    public void An_older_record_or_another_with_the_same_number_is_refused(ulong sequence)
    {
        _book.Add(Record(s_here, 5));

        Assert.Equal(PeerError.RecordOld, _book.Add(Record(s_there, sequence)));

        Assert.Equal(s_here, Assert.Single(_book.Records).Endpoint);
        Assert.Equal(1, _changes);
    }

    [Fact]
    public void The_same_record_again_changes_nothing()
    {
        PeerRecord record = Record(s_here, 5);
        _book.Add(record);

        Assert.Equal(PeerError.None, _book.Add(record));

        Assert.Equal(1, _changes);
    }

    [Fact]
    public void A_forged_record_is_refused_whatever_was_changed()
    {
        PeerRecord record = Record(s_here, 5);
        TestValidator other = _chain.Validators(1)[0];
        PeerRecord[] forged =
        [
            record with { Node = s_there.Node },
            record with { Url = s_there.Url },
            record with { Sequence = 6 },
            record with { Signature = other.Private.Sign(record.Digest()) },
            record with { Signature = default },
            record with { Validator = other.Account, Key = other.Key },
        ];

        Assert.All(forged, bad => Assert.Equal(PeerError.SignatureInvalid, _book.Add(bad)));
        Assert.Empty(_book.Records);
    }

    [Fact]
    public void Who_is_no_validator_or_has_another_key_gets_no_place()
    {
        TestValidator nobody = TestValidator.Create();

        Assert.Equal(PeerError.ValidatorUnknown, _book.Add(nobody.Record(_chain.Genesis, s_here, 1)));
        PeerRecord stolen = PeerRecord.Create(_chain.Genesis, _validator.Account, nobody.Key, s_here, 1, nobody.Private.Sign);
        Assert.Equal(PeerError.ValidatorUnknown, _book.Add(stolen));
        Assert.Empty(_book.Records);
    }

    [Fact]
    public void A_record_of_another_chain_is_refused() =>
        Assert.Equal(PeerError.WrongChain, _book.Add(_validator.Record(default, s_here, 1)));

    [Fact]
    public void Who_took_a_key_does_not_keep_its_place_once_the_key_is_replaced()
    {
        _book.Add(Record(s_there, ulong.MaxValue));
        using var next = PrivateKey.Generate();
        _chain.Rekey(_validator, next.PublicKey);

        PeerRecord own = PeerRecord.Create(_chain.Genesis, _validator.Account, next.PublicKey, s_here, 1, next.Sign);

        Assert.Equal(PeerError.None, _book.Add(own));
        Assert.Equal(own, Assert.Single(_book.Records));
    }

    [Fact]
    public void Of_many_records_the_good_ones_are_taken_and_the_others_counted()
    {
        TestValidator[] others = _chain.Validators(3);
        PeerRecord[] records =
        [
            .. others.Select(other => other.Record(_chain.Genesis, s_here, 1)),
            TestValidator.Create().Record(_chain.Genesis, s_here, 1),
            Record(s_here, 1) with { Sequence = 2 },
        ];

        Assert.Equal(2, _book.Add(records));

        Assert.Equal(others.Select(other => other.Account).Order(), _book.Records.Select(record => record.Validator));
        Assert.Equal(1, _changes);
    }

    [Fact]
    public void Within_many_records_the_newest_of_a_validator_wins_in_any_order()
    {
        Assert.Equal(1, _book.Add([Record(s_there, 2), Record(s_here, 1)]));

        Assert.Equal(2ul, Assert.Single(_book.Records).Sequence);
    }

    [Fact]
    public void Who_is_no_longer_known_is_dropped()
    {
        TestValidator other = _chain.Validators(1)[0];
        _book.Add([Record(s_here, 1), other.Record(_chain.Genesis, s_there, 1)]);
        _chain.Forget(other);

        _book.Prune();

        Assert.Equal(_validator.Account, Assert.Single(_book.Records).Validator);
        Assert.False(_book.Names(s_there.Node));
        Assert.Equal(2, _changes);
        _book.Prune();
        Assert.Equal(2, _changes);
    }

    [Fact]
    public void The_book_has_a_bound_and_a_full_one_still_takes_newer_records()
    {
        TestValidator[] validators = _chain.Validators(PeerLimits.RecordsMax + 1);
        PeerRecord[] records = [.. validators.Select(validator => validator.Record(_chain.Genesis, s_here, 1))];

        Assert.Equal(0, _book.Add(records.AsSpan(0, PeerLimits.RecordsMax)));
        Assert.Equal(PeerError.BookFull, _book.Add(records[^1]));
        Assert.Equal(PeerError.None, _book.Add(validators[0].Record(_chain.Genesis, s_there, 2)));

        Assert.Equal(PeerLimits.RecordsMax, _book.Records.Count);
        Assert.True(_book.Encoded.Bytes.Length <= PeerLimits.RecordsBytesMax);
    }

    private PeerRecord Record(PeerEndpoint node, ulong sequence) => _validator.Record(_chain.Genesis, node, sequence);
}
