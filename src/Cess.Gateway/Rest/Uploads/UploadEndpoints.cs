using Cess.Coding;
using Cess.Gateway.Rest.Signing;
using Cess.Ledger;
using Cess.Primitives;
using Cess.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cess.Gateway.Rest.Uploads;

/// <summary>Uploads of content that was encrypted before it came here: segments, then the owner's signed declaration.</summary>
internal static class UploadEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapPost("/uploads", OpenAsync).WithSummary("Opens an upload").RequireSignature()
            .Accepts<UploadRequest>("application/json").Produces<UploadMessage>(StatusCodes.Status201Created);
        v1.MapPut("/uploads/{id}/parts/{part:int}/segments/{segment:int}", StoreAsync)
            .WithSummary("Codes and stores one segment; durable when it answers, and harmless to repeat").RequireSignature()
            .Accepts<byte[]>(RequestBody.Binary).Produces<SegmentMessage>().Produces<ErrorMessage>(StatusCodes.Status404NotFound);
        v1.MapPost("/uploads/{id}/complete", CompleteAsync)
            .WithSummary("Takes the signed declaration of the stored segments to the chain; answers when the file is active").RequireSignature()
            .Accepts<byte[]>(RequestBody.Binary).Produces<CompletedMessage>().Produces<ErrorMessage>(StatusCodes.Status422UnprocessableEntity);
        v1.MapDelete("/uploads/{id}", DiscardAsync).WithSummary("Ends an upload and lets go of what it stored").RequireSignature()
            .Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> OpenAsync(HttpContext context, UploadTable uploads, RestOptions options)
    {
        UploadRequest request = await RequestBody.ReadJsonAsync(context, WireJson.Default.UploadRequest);
        string text = request.Policy ?? options.DefaultPolicy;
        if (!StoragePolicy.TryParse(text, out StoragePolicy policy) || policy.TotalFragments > LedgerLimits.FragmentsPerSegmentMax)
            throw new RestException(WireErrors.InvalidPolicy, $"The policy must be k+m with k ≥ 1 and at most {LedgerLimits.FragmentsPerSegmentMax} fragments in all.");

        OpenUpload upload = uploads.Open(context.Caller(), policy);
        UploadMessage message = new(upload.Id, policy.ToString(), WireLimits.SegmentBytesMax, upload.Expires);
        return JsonAnswer.Of(message, WireJson.Readable.UploadMessage, StatusCodes.Status201Created);
    }

    private static async Task<IResult> StoreAsync(
        HttpContext context, UploadTable uploads, ISegmentStore store, string id, int part, int segment)
    {
        OpenUpload upload = uploads.Get(context.Caller(), id);
        SegmentPlace place = PlaceOf(part, segment);
        int length = RequestBody.RequireLength(context, WireLimits.SegmentBytesMax);
        if (length < FrameLayout.TagBytes)
            throw new RestException(WireErrors.InvalidSegment, $"A segment has {FrameLayout.TagBytes} to {WireLimits.SegmentBytesMax} bytes.");

        // The digest is part of what was signed, so equal digests mean equal segments; the body is still read to the end.
        Hash256 digest = Hash256.FromBytes(ByteField.Find(context.Request.Headers[RequestSignature.DigestField].ToString(), RequestSignature.DigestKey));
        if (upload.Find(place, digest) is { } known)
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            return JsonAnswer.Of(ToMessage(known), WireJson.Readable.SegmentMessage);
        }

        StoredSegment stored = await store.StoreAsync(upload.Owner, upload.Policy, context.Request.Body, length, context.RequestAborted);
        (StoredSegment kept, StoredSegment? surplus) = upload.Keep(place, digest, stored);
        if (surplus is not null)
            await store.DiscardAsync(upload.Owner, surplus, CancellationToken.None);
        return JsonAnswer.Of(ToMessage(kept), WireJson.Readable.SegmentMessage);
    }

    private static async Task<IResult> CompleteAsync(HttpContext context, UploadTable uploads, DeclarationSubmitter submitter, string id)
    {
        byte[] transaction = await RequestBody.ReadBinaryAsync(context, LedgerLimits.TransactionBytesMax);
        SignedDeclaration declaration = SignedDeclaration.Decode(transaction, context.Caller());

        // A client that lost the first answer asks again; the upload is closed by then.
        if (submitter.FindActive(declaration) is { } completed)
            return JsonAnswer.Of(completed, WireJson.Readable.CompletedMessage);

        OpenUpload upload = uploads.Get(context.Caller(), id);
        declaration.RequireStoredBy(upload);
        CompletedMessage message = await submitter.SubmitAsync(declaration);
        uploads.Close(upload);
        return JsonAnswer.Of(message, WireJson.Readable.CompletedMessage);
    }

    private static async Task<IResult> DiscardAsync(HttpContext context, UploadTable uploads, ISegmentStore store, string id)
    {
        OpenUpload upload = uploads.Get(context.Caller(), id);
        if (uploads.Close(upload))
        {
            foreach (StoredSegment segment in upload.Segments)
                await store.DiscardAsync(upload.Owner, segment, context.RequestAborted);
        }

        return TypedResults.NoContent();
    }

    private static SegmentPlace PlaceOf(int part, int segment)
    {
        if (part < 0 || part >= LedgerLimits.PartsMax || segment < 0 || segment >= LedgerLimits.SegmentsMax)
        {
            throw new RestException(
                WireErrors.InvalidSegment,
                $"Parts are numbered 0 to {LedgerLimits.PartsMax - 1}, segments 0 to {LedgerLimits.SegmentsMax - 1}.");
        }

        return new SegmentPlace(part, segment);
    }

    private static SegmentMessage ToMessage(StoredSegment segment) =>
        new(segment.Length, [.. segment.Fragments.Select(fragment => new FragmentMessage(fragment.Root, fragment.Miner))]);
}
