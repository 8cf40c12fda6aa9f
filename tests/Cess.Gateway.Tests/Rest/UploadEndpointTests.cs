using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Cess.Gateway.Objects;
using Cess.Gateway.Rest;
using Cess.Gateway.Rest.Uploads;
using Cess.Grains;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Gateway.Tests.Rest;

public sealed class UploadEndpointTests : RestTests
{
    private const string Bucket = "photos";

    private static readonly Hash256 s_tag = Hash256.Sha256("name"u8);
    private static readonly byte[] s_segment = RandomNumberGenerator.GetBytes(100_000);

    [Fact]
    public async Task Stored_and_declared_segments_become_a_file_that_reads_back()
    {
        UploadMessage upload = await OpenAsync();
        byte[] second = RandomNumberGenerator.GetBytes(16);
        SegmentMessage[] stored = [await PutAsync(upload, 0, s_segment), await PutAsync(upload, 1, second)];
        SignedTransaction declaration = Declare(upload, stored);
        CompletedMessage completed = await Tester.SendAsync(Complete(upload, declaration), WireJson.Default.CompletedMessage);

        Assert.Equal(new CompletedMessage(declaration.Id, Host.Chain.Head.Height), completed);
        Assert.Equal(s_segment, await ReadAsync(declaration.Id, 0));
        Assert.Equal(second, await ReadAsync(declaration.Id, 1));
        await Tester.RefusedAsync(WireErrors.UploadNotFound, Put(upload, 2, s_segment));
    }

    [Fact]
    public async Task An_upload_takes_the_default_policy_unless_it_names_one()
    {
        Assert.Equal("4+8", (await OpenAsync()).Policy);
        UploadMessage upload = await OpenAsync("2+1");
        Assert.Equal("2+1", upload.Policy);
        Assert.Equal(33_497_072, upload.SegmentBytes);
        Assert.Equal(3, (await PutAsync(upload, 0, s_segment)).Fragments.Count);
    }

    [Theory]
    [InlineData("0+1")]
    [InlineData("4")]
    [InlineData("100+29")]
    [InlineData("4 + 8")]
    public async Task A_policy_that_is_none_is_refused(string policy) =>
        await Tester.RefusedAsync(WireErrors.InvalidPolicy, Json($"{{\"policy\":\"{policy}\"}}"));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"policy\":4}")]
    public async Task A_body_that_is_not_the_json_asked_for_is_refused(string json)
    {
        await Tester.RefusedAsync(WireErrors.Malformed, Json(json));
        await Tester.RefusedAsync(WireErrors.UnsupportedMediaType, Tester.Signed(HttpMethod.Post, "/v1/uploads", "{}"u8.ToArray()));
        await Tester.RefusedAsync(WireErrors.TooLarge, Json(new string(' ', RestLimits.JsonBodyBytesMax + 1)));
    }

    [Fact]
    public async Task A_segment_that_is_sent_again_is_not_stored_again()
    {
        UploadMessage upload = await OpenAsync();
        SegmentMessage first = await PutAsync(upload, 0, s_segment);
        SegmentMessage again = await PutAsync(upload, 0, s_segment);
        Assert.Equal(first.Fragments, again.Fragments);
        Assert.Equal(1, Host.Segments.Stored);
        Assert.Empty(Host.Segments.Discarded);
    }

    [Fact]
    public async Task A_segment_that_is_sent_again_while_it_is_being_stored_keeps_the_fragments_that_were_answered()
    {
        UploadMessage upload = await OpenAsync();
        SegmentMessage overtaking = null!;
        Host.Segments.Lie = stored =>
        {
            Host.Segments.Lie = null;
            overtaking = PutAsync(upload, 0, s_segment).GetAwaiter().GetResult();
            return stored with { Fragments = [stored.Fragments[0], .. stored.Fragments.Skip(1).Select(fragment => fragment with { Miner = fragment.Miner + 12 })] };
        };
        SegmentMessage overtaken = await PutAsync(upload, 0, s_segment);

        Assert.Equal(overtaking.Fragments, overtaken.Fragments);
        StoredSegment surplus = Assert.Single(Host.Segments.Discarded);
        Assert.Equal(overtaking.Fragments.Skip(1).Select(fragment => fragment.Miner + 12), surplus.Fragments.Select(fragment => fragment.Miner));
    }

    [Fact]
    public async Task A_segment_that_takes_anothers_place_makes_that_one_be_discarded()
    {
        UploadMessage upload = await OpenAsync();
        SegmentMessage first = await PutAsync(upload, 0, s_segment);
        SegmentMessage second = await PutAsync(upload, 0, [.. s_segment.Reverse()]);
        Assert.NotEqual(first.Fragments, second.Fragments);
        Assert.Equal(first.Fragments.Select(fragment => fragment.Root), Assert.Single(Host.Segments.Discarded).Fragments.Select(fragment => fragment.Root));
    }

    [Fact]
    public async Task A_segment_with_another_digest_than_the_signed_one_is_not_kept()
    {
        UploadMessage upload = await OpenAsync();
        HttpRequestMessage request = Put(upload, 0, s_segment);
        request.Content = new ByteArrayContent([.. s_segment.Reverse()]);
        request.Content.Headers.ContentType = new("application/octet-stream");
        await Tester.RefusedAsync(WireErrors.DigestMismatch, request);
        Assert.Equal(0, Host.Segments.Stored);
    }

    [Theory]
    [InlineData(0, 0, 15)]
    [InlineData(10_000, 0, 16)]
    [InlineData(0, 32_768, 16)]
    public async Task Bounds_of_segments_are_kept(int part, int segment, int length)
    {
        UploadMessage upload = await OpenAsync();
        await Tester.RefusedAsync(
            WireErrors.InvalidSegment, Tester.Signed(HttpMethod.Put, $"/v1/uploads/{upload.UploadId}/parts/{part}/segments/{segment}", new byte[length]));
    }

    [Fact]
    public async Task A_segment_over_its_bound_is_refused()
    {
        UploadMessage upload = await OpenAsync();
        await Tester.RefusedAsync(WireErrors.TooLarge, Put(upload, 0, new byte[WireLimits.SegmentBytesMax + 1]));
    }

    [Fact]
    public async Task A_segment_without_an_announced_length_is_refused()
    {
        UploadMessage upload = await OpenAsync();
        HttpRequestMessage request = Put(upload, 0, s_segment);
        request.Headers.TransferEncodingChunked = true;
        await Tester.RefusedAsync(WireErrors.LengthRequired, request);
    }

    [Fact]
    public async Task An_upload_is_there_for_its_account_only()
    {
        UploadMessage upload = await OpenAsync();
        await Tester.RefusedAsync(
            WireErrors.UploadNotFound,
            Tester.Signed(HttpMethod.Put, $"/v1/uploads/{upload.UploadId}/parts/0/segments/0", s_segment, key: Host.Chain.Other));
    }

    [Fact]
    public async Task An_account_has_so_many_uploads_open_and_no_more()
    {
        for (int i = 0; i < RestLimits.UploadsPerAccountMax; i++)
            await OpenAsync();
        await Tester.RefusedAsync(WireErrors.TooManyUploads, Json("{}"));

        Host.Time.Advance(RestLimits.UploadLifetime);
        await OpenAsync();
    }

    [Fact]
    public async Task An_upload_that_is_used_stays_open_and_one_that_is_not_ends()
    {
        UploadMessage used = await OpenAsync();
        UploadMessage unused = await OpenAsync();
        Host.Time.Advance(RestLimits.UploadLifetime - TimeSpan.FromSeconds(1));
        await PutAsync(used, 0, s_segment);
        Host.Time.Advance(TimeSpan.FromSeconds(1));
        await PutAsync(used, 1, s_segment);
        await Tester.RefusedAsync(WireErrors.UploadNotFound, Put(unused, 0, s_segment));
    }

    [Fact]
    public async Task A_deleted_upload_is_gone_with_its_segments()
    {
        UploadMessage upload = await OpenAsync();
        await PutAsync(upload, 0, s_segment);
        using HttpResponseMessage answer = await Tester.SendAsync(Tester.Signed(HttpMethod.Delete, $"/v1/uploads/{upload.UploadId}"));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Single(Host.Segments.Discarded);
        await Tester.RefusedAsync(WireErrors.UploadNotFound, Put(upload, 0, s_segment));
    }

    [Fact]
    public async Task A_declaration_of_what_was_not_stored_is_refused()
    {
        UploadMessage upload = await OpenAsync();
        SegmentMessage stored = await PutAsync(upload, 0, s_segment);
        SegmentMessage elsewhere = stored with { Fragments = [.. stored.Fragments.Select(fragment => fragment with { Miner = (fragment.Miner + 1) % 12 })] };
        SegmentMessage longer = stored with { Length = stored.Length + 1 };
        await Tester.RefusedAsync(WireErrors.DeclarationMismatch, Complete(upload, Declare(upload, elsewhere)));
        await Tester.RefusedAsync(WireErrors.DeclarationMismatch, Complete(upload, Declare(upload, longer)));
        await Tester.RefusedAsync(WireErrors.DeclarationMismatch, Complete(upload, Declare(upload, stored, stored)));
        await Tester.RefusedAsync(WireErrors.DeclarationMismatch, Complete(upload, Declare(upload with { Policy = "6+6" }, stored)));
        await Tester.RefusedAsync(WireErrors.DeclarationMismatch, Complete(upload, Host.Chain.Sign(Host.Chain.Owner, new DeleteBucket(Bucket))));
        await Tester.RefusedAsync(WireErrors.DeclarationMismatch, Complete(upload, Declare(upload, Host.Chain.Other, stored)));
        await Tester.RefusedAsync(WireErrors.Malformed, Tester.Signed(HttpMethod.Post, $"/v1/uploads/{upload.UploadId}/complete", [1, 2, 3]));
        Assert.Equal(0, Host.Chain.Submissions);
    }

    [Fact]
    public async Task A_declaration_that_the_chain_refuses_is_answered_with_the_chains_reason()
    {
        UploadMessage upload = await OpenAsync();
        SegmentMessage stored = await PutAsync(upload, 0, s_segment);
        SignedTransaction unknownBucket = Declare(upload, Host.Chain.Owner, stored, mustCreateBucket: false);
        ErrorDetail error = await Tester.RefusedAsync(WireErrors.DeclarationFailed, Complete(upload, unknownBucket));
        Assert.Equal("Files.BucketUnknown", error.Reason);

        // The upload is still open: the owner may set things right and declare again.
        await Tester.SendAsync(Complete(upload, Declare(upload, stored)), WireJson.Default.CompletedMessage);
    }

    [Fact]
    public async Task A_deal_that_ends_without_its_file_is_answered_with_the_reason()
    {
        UploadMessage upload = await OpenAsync();
        SegmentMessage stored = await PutAsync(upload, 0, s_segment);
        Host.Chain.CompletionFault = () => new FileOutcome("", 0, TransactionErrors.FragmentMissing, "Miner 3 does not hold it.");
        ErrorDetail error = await Tester.RefusedAsync(WireErrors.DeclarationFailed, Complete(upload, Declare(upload, stored)));
        Assert.Equal(TransactionErrors.FragmentMissing, error.Reason);
    }

    [Fact]
    public async Task A_repeated_completion_gets_the_same_answer()
    {
        UploadMessage upload = await OpenAsync();
        SignedTransaction declaration = Declare(upload, await PutAsync(upload, 0, s_segment));
        CompletedMessage first = await Tester.SendAsync(Complete(upload, declaration), WireJson.Default.CompletedMessage);
        Host.Chain.Execute(Host.Chain.Other, new CreateBucket("other", new byte[1]));
        CompletedMessage again = await Tester.SendAsync(Complete(upload, declaration), WireJson.Default.CompletedMessage);
        Assert.Equal(first, again);
        Assert.Equal(1, Host.Chain.Submissions);
    }

    [Fact]
    public async Task A_completion_goes_on_where_the_declaration_is_final_already()
    {
        UploadMessage upload = await OpenAsync();
        SignedTransaction declaration = Declare(upload, await PutAsync(upload, 0, s_segment));
        await Host.Chain.SubmitAsync([declaration.Bytes], SubmissionGoal.Final);
        CompletedMessage completed = await Tester.SendAsync(Complete(upload, declaration), WireJson.Default.CompletedMessage);
        Assert.Equal(declaration.Id, completed.FileId);
        Assert.Equal(1, Host.Chain.Submissions);
    }

    [Fact]
    public async Task A_files_record_shows_where_its_fragments_are()
    {
        UploadMessage upload = await OpenAsync();
        SegmentMessage stored = await PutAsync(upload, 0, s_segment);
        SignedTransaction declaration = Declare(upload, stored);
        await Host.Chain.SubmitAsync([declaration.Bytes], SubmissionGoal.Final);
        FileMessage declared = await Tester.GetAsync($"/v1/files/{declaration.Id}", WireJson.Default.FileMessage);
        Assert.Equal("declared", declared.State);
        Assert.NotNull(declared.Deadline);

        await Tester.SendAsync(Complete(upload, declaration), WireJson.Default.CompletedMessage);
        FileMessage file = await Tester.GetAsync($"/v1/files/{declaration.Id}", WireJson.Default.FileMessage);
        Assert.Equal("active", file.State);
        Assert.Null(file.Deadline);
        Assert.Equal("4+8", file.Policy);
        Assert.Equal(stored.Fragments, Assert.Single(Assert.Single(file.Parts).Segments).Fragments);
        await Tester.RefusedAsync(WireErrors.FileNotFound, $"/v1/files/{Hash256.Zero}");
        await Tester.RefusedAsync(WireErrors.Malformed, "/v1/files/nothing");
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=10-19", 10, 10)]
    [InlineData("bytes=99990-", 99_990, 10)]
    [InlineData("bytes=99990-200000", 99_990, 10)]
    [InlineData("bytes=-10", 99_990, 10)]
    [InlineData("bytes=-200000", 0, 100_000)]
    public async Task A_range_is_read(string range, int offset, int length)
    {
        Hash256 file = await StoreFileAsync();
        HttpRequestMessage request = Read(file, 0);
        request.Headers.Range = RangeHeaderValue.Parse(range);
        using HttpResponseMessage answer = await Tester.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal($"bytes {offset}-{offset + length - 1}/100000", answer.Content.Headers.ContentRange!.ToString());
        Assert.Equal(s_segment.AsSpan(offset, length).ToArray(), await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("bytes=100000-")]
    [InlineData("bytes=5-4")]
    [InlineData("bytes=0-1,3-4")]
    [InlineData("bytes=-0")]
    [InlineData("lines=0-1")]
    [InlineData("bytes=x")]
    public async Task A_range_outside_or_malformed_is_refused(string range)
    {
        Hash256 file = await StoreFileAsync();
        HttpRequestMessage request = Read(file, 0);
        request.Headers.TryAddWithoutValidation("Range", range);
        await Tester.RefusedAsync(WireErrors.RangeNotSatisfiable, request);
    }

    [Fact]
    public async Task A_segment_is_read_by_its_owner_only_and_only_where_there_is_one()
    {
        Hash256 file = await StoreFileAsync();
        await Tester.RefusedAsync(WireErrors.Denied, Tester.Signed(HttpMethod.Get, $"/v1/files/{file}/parts/0/segments/0", key: Host.Chain.Other));
        await Tester.RefusedAsync(WireErrors.SegmentNotFound, Tester.Signed(HttpMethod.Get, $"/v1/files/{file}/parts/1/segments/0"));
        await Tester.RefusedAsync(WireErrors.SegmentNotFound, Tester.Signed(HttpMethod.Get, $"/v1/files/{file}/parts/0/segments/1"));
        await Tester.RefusedAsync(WireErrors.SegmentNotFound, Tester.Signed(HttpMethod.Get, $"/v1/files/{file}/parts/-1/segments/0"));
        await Tester.RefusedAsync(WireErrors.FileNotFound, Tester.Signed(HttpMethod.Get, $"/v1/files/{Hash256.Zero}/parts/0/segments/0"));
    }

    [Fact]
    public async Task A_file_that_is_not_active_yet_is_not_read()
    {
        UploadMessage upload = await OpenAsync();
        SignedTransaction declaration = Declare(upload, await PutAsync(upload, 0, s_segment));
        await Host.Chain.SubmitAsync([declaration.Bytes], SubmissionGoal.Final);
        await Tester.RefusedAsync(WireErrors.FileNotFound, Read(declaration.Id, 0));
    }

    [Fact]
    public async Task A_store_that_cannot_serve_is_answered_with_the_stores_reason()
    {
        Hash256 file = await StoreFileAsync();
        Host.Segments.ReadFault = new ObjectStoreException(ObjectStoreError.DataUnavailable, "Nine fragments are lost.");
        ErrorDetail error = await Tester.RefusedAsync(WireErrors.DataUnavailable, Read(file, 0));
        Assert.Equal("Nine fragments are lost.", error.Message);
    }

    [Fact]
    public async Task Checking_finds_a_corrupt_fragment_and_rebuilds_it()
    {
        Hash256 file = await StoreFileAsync();
        FileMessage record = await Tester.GetAsync($"/v1/files/{file}", WireJson.Default.FileMessage);
        Host.Segments.Corrupt(record.Parts[0].Segments[0].Fragments[0].Root);
        Assert.NotEqual(s_segment, await ReadAsync(file, 0));
        Assert.Equal(s_segment, await ReadAsync(file, 0, "?check=1"));
        await Tester.RefusedAsync(WireErrors.Malformed, Tester.Signed(HttpMethod.Get, $"/v1/files/{file}/parts/0/segments/0?check=yes"));
    }

    private async Task<Hash256> StoreFileAsync()
    {
        UploadMessage upload = await OpenAsync();
        SignedTransaction declaration = Declare(upload, await PutAsync(upload, 0, s_segment));
        return (await Tester.SendAsync(Complete(upload, declaration), WireJson.Default.CompletedMessage)).FileId;
    }

    private Task<UploadMessage> OpenAsync(string? policy = null) => Tester.SendAsync(
        Json(policy is null ? "{}" : $"{{\"policy\":\"{policy}\"}}"), WireJson.Default.UploadMessage);

    private HttpRequestMessage Json(string body) =>
        Tester.Signed(HttpMethod.Post, "/v1/uploads", System.Text.Encoding.UTF8.GetBytes(body), "application/json");

    private HttpRequestMessage Put(UploadMessage upload, int segment, byte[] content) =>
        Tester.Signed(HttpMethod.Put, $"/v1/uploads/{upload.UploadId}/parts/0/segments/{segment}", content);

    private Task<SegmentMessage> PutAsync(UploadMessage upload, int segment, byte[] content) =>
        Tester.SendAsync(Put(upload, segment, content), WireJson.Default.SegmentMessage);

    private HttpRequestMessage Complete(UploadMessage upload, SignedTransaction transaction) =>
        Tester.Signed(HttpMethod.Post, $"/v1/uploads/{upload.UploadId}/complete", transaction.Bytes.ToArray());

    private HttpRequestMessage Read(Hash256 file, int segment, string query = "") =>
        Tester.Signed(HttpMethod.Get, $"/v1/files/{file}/parts/0/segments/{segment}{query}");

    private async Task<byte[]> ReadAsync(Hash256 file, int segment, string query = "")
    {
        using HttpResponseMessage answer = await Tester.SendAsync(Read(file, segment, query));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private SignedTransaction Declare(UploadMessage upload, params SegmentMessage[] segments) => Declare(upload, Host.Chain.Owner, segments);

    private SignedTransaction Declare(UploadMessage upload, PrivateKey key, SegmentMessage segment, bool mustCreateBucket) =>
        Declare(upload, key, [segment], mustCreateBucket);

    private SignedTransaction Declare(UploadMessage upload, PrivateKey key, params SegmentMessage[] segments) =>
        Declare(upload, key, segments, mustCreateBucket: true);

    private SignedTransaction Declare(UploadMessage upload, PrivateKey key, SegmentMessage[] segments, bool mustCreateBucket)
    {
        if (mustCreateBucket && Host.Chain.Head.Bucket(Bucket) is null)
            Host.Chain.Execute(Host.Chain.Owner, new CreateBucket(Bucket, new byte[8]));

        byte[] policy = [.. upload.Policy.Split('+').Select(byte.Parse)];
        FileDeclaration file = new(
            Bucket, s_tag, new byte[1], new byte[1], new byte[1], new FilePolicy(policy[0], policy[1]),
            [new Ledger.Modules.Files.FilePart(
                new byte[16], 1,
                [.. segments.Select(segment => new FileSegment(
                    (uint)segment.Length, [.. segment.Fragments.Select(fragment => new FileFragment(fragment.Root, new MinerId(fragment.Miner)))]))])]);
        return Host.Chain.Sign(key, new DeclareFile(file, DeclareCondition.None));
    }
}
