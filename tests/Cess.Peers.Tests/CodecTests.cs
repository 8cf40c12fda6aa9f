using Cess.Ledger;
using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Peers.Tests;

public sealed class CodecTests
{
    [Fact]
    public void Records_are_read_as_they_were_written()
    {
        byte[] bytes = Scale.Encode(Samples.Record);

        Assert.Equal(Samples.Record, Scale.Decode<PeerRecord>(bytes));
        Assert.InRange(bytes.Length, PeerRecord.EncodedBytesMin, PeerLimits.RecordBytesMax);
    }

    [Fact]
    public void A_changed_record_is_refused_or_is_another_with_one_encoding()
    {
        byte[] sample = Scale.Encode(PeerRecords.Of([Samples.Record]));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll<int, byte, int>((at, change, cut) =>
        {
            byte[] bytes = sample[..(int)((uint)cut % sample.Length + 1)];
            bytes[(uint)at % bytes.Length] ^= change;
            return !Scale.TryDecode<PeerRecords>(bytes, out PeerRecords? read, out _) || Scale.Encode(read).AsSpan().SequenceEqual(bytes);
        }));
    }

    [Fact]
    public void Any_bytes_are_refused_or_are_records_with_one_encoding() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll<byte[]>(bytes =>
            !Scale.TryDecode<PeerRecords>(bytes, out PeerRecords? read, out _) || Scale.Encode(read).AsSpan().SequenceEqual(bytes)));

    [Fact]
    public void Records_out_of_order_are_refused()
    {
        byte[] one = Scale.Encode(Samples.Record);

        ScaleException e = Assert.Throws<ScaleException>(() => Scale.Decode<PeerRecords>([0x08, .. one, .. one]));

        Assert.Equal(ScaleError.InvalidValue, e.Error);
    }

    [Theory]
    [InlineData("https://peer.example")]
    [InlineData("https://192.0.2.1:9100")]
    [InlineData("https://[2001:db8::1]:9100")]
    [InlineData("https://xn--bcher-kva.example:1")]
    public void A_url_in_its_one_form_is_taken(string url)
    {
        Assert.True(PeerRecord.TryCanonicalUrl(url, out string canonical));
        Assert.Equal(url, canonical);
        Assert.Equal(url, Scale.Decode<PeerRecord>(Scale.Encode(Samples.Record with { Url = url })).Url);
    }

    [Theory]
    [InlineData("https://peer.example/")]
    [InlineData("https://PEER.example")]
    [InlineData("https://peer.example:443")]
    public void A_url_in_another_form_is_made_that_form_but_not_read_from_a_record(string url)
    {
        Assert.True(PeerRecord.TryCanonicalUrl(url, out string canonical));
        Assert.Equal("https://peer.example", canonical);
        Assert.Throws<ScaleException>(() => Scale.Decode<PeerRecord>(Scale.Encode(Samples.Record with { Url = url })));
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://peer.example")]
    [InlineData("https://")]
    [InlineData("https://peer.example/path")]
    [InlineData("https://peer.example?query")]
    [InlineData("https://peer.example#fragment")]
    [InlineData("https://name:secret@peer.example")]
    [InlineData("https://bücher.example")]
    [InlineData("file:///etc/passwd")]
    [InlineData("peer.example:9100")]
    public void What_is_no_url_of_a_node_is_refused(string url)
    {
        Assert.False(PeerRecord.TryCanonicalUrl(url, out _));
        Assert.Throws<ScaleException>(() => Scale.Decode<PeerRecord>(Scale.Encode(Samples.Record with { Url = url })));
        PeerException e = Assert.Throws<PeerException>(() =>
            PeerRecord.Create(default, default, Samples.Record.Key, new PeerEndpoint(Samples.Record.Node, url), 1, _ => default));
        Assert.Equal(PeerError.UrlInvalid, e.Error);
    }

    [Fact]
    public void A_url_that_is_too_long_is_refused()
    {
        string host = string.Join('.', Enumerable.Repeat("peer", 60));
        Assert.False(PeerRecord.TryCanonicalUrl($"https://{host}", out _));
        ScaleException e = Assert.Throws<ScaleException>(() => Scale.Decode<PeerRecord>(Scale.Encode(Samples.Record with { Url = $"https://{host}" })));
        Assert.Equal(ScaleError.TooLong, e.Error);
    }

    [Fact]
    public void Transactions_are_read_as_they_were_written_in_lists_within_bounds() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll<byte[][]>(given =>
        {
            ReadOnlyMemory<byte>[] transactions = [.. given.Select(bytes => new ReadOnlyMemory<byte>(bytes))];
            byte[][] lists = [.. TransactionList.Encode(transactions)];
            IEnumerable<ReadOnlyMemory<byte>> read = lists.SelectMany(list => TransactionList.Decode(list));
            return read.Select(transaction => Convert.ToHexString(transaction.Span)).SequenceEqual(given.Select(Convert.ToHexString));
        }));

    [Theory]
    [InlineData(PeerLimits.TransactionsPerFrameMax, 10, 1)]
    [InlineData(PeerLimits.TransactionsPerFrameMax + 1, 10, 2)]
    [InlineData(3, LedgerLimits.TransactionBytesMax, 3)]
    [InlineData(5, 500_000, 3)]
    public void Many_transactions_take_as_many_lists_as_they_need(int count, int bytes, int lists)
    {
        byte[][] encoded = [.. TransactionList.Encode([.. Enumerable.Repeat(new ReadOnlyMemory<byte>(new byte[bytes]), count)])];

        Assert.Equal(lists, encoded.Length);
        Assert.All(encoded, list => Assert.True(list.Length <= PeerLimits.TransactionsFrameBytesMax));
        Assert.Equal(count, encoded.Sum(list => TransactionList.Decode(list).Count));
    }

    [Fact]
    public void A_transaction_longer_than_the_ledger_allows_is_not_sent()
    {
        PeerException e = Assert.Throws<PeerException>(() =>
            TransactionList.Encode([new byte[LedgerLimits.TransactionBytesMax + 1]]).ToArray());

        Assert.Equal(PeerError.TooLong, e.Error);
    }

    [Fact]
    public void Any_bytes_are_refused_or_are_transactions() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll<byte[]>(bytes =>
        {
            try
            {
                return TransactionList.Encode(TransactionList.Decode(bytes)).SingleOrDefault([0]).AsSpan().SequenceEqual(bytes);
            }
            catch (ScaleException)
            {
                return true;
            }
        }));
}
