using Cess.Gateway.Rest.Signing;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;
using Cess.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cess.Gateway.Rest.Buckets;

/// <summary>Buckets and the sealed entries of their objects. What they are called only their owner can read.</summary>
internal static class BucketEndpoints
{
    private const int PageObjects = 1_000;

    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapGet("/buckets", List).WithSummary("The caller's buckets, by name").RequireSignature().Produces<BucketList>();
        v1.MapGet("/buckets/{bucket}", Get).WithSummary("A bucket's record on chain")
            .Produces<BucketMessage>().Produces<ErrorMessage>(StatusCodes.Status404NotFound);
        v1.MapGet("/buckets/{bucket}/objects", ListObjects).WithSummary("Sealed entries of the bucket's objects, in order of their tags")
            .RequireSignature().Produces<ObjectPage>().Produces<ErrorMessage>(StatusCodes.Status404NotFound);
        v1.MapGet("/buckets/{bucket}/objects/{tag}", GetObject).WithSummary("The sealed entry of one object, with its parts")
            .RequireSignature().Produces<ObjectMessage>().Produces<ErrorMessage>(StatusCodes.Status404NotFound);
    }

    private static IResult List(HttpContext context, ILedgerReader ledger)
    {
        IEnumerable<BucketRecord> buckets = ledger.Head.BucketsOf(context.Caller()).OrderBy(bucket => bucket.Name, StringComparer.Ordinal);
        return JsonAnswer.Of(new BucketList([.. buckets.Select(ToMessage)]), WireJson.Readable.BucketList);
    }

    private static IResult Get(ILedgerReader ledger, string bucket) =>
        JsonAnswer.Of(ToMessage(Find(ledger.Head, bucket)), WireJson.Readable.BucketMessage);

    private static IResult ListObjects(HttpContext context, ILedgerReader ledger, string bucket)
    {
        LedgerState head = ledger.Head;
        RequireOwner(context, Find(head, bucket));
        int limit = RestQuery.Limit(context.Request, PageObjects, WireLimits.PageEntriesMax);
        Hash256? after = RestQuery.Hash(context.Request, "after");

        List<(ObjectEntry Entry, FileRecord File)> page = TagPage.Of(head.Objects(bucket), after, limit, out bool isLast);
        ObjectPage message = new(
            [.. page.Select(item => ToMessage(item.Entry, item.File, parts: null))],
            isLast ? null : page[^1].File.Declaration.NameTag);
        return JsonAnswer.Of(message, WireJson.Readable.ObjectPage);
    }

    private static IResult GetObject(HttpContext context, ILedgerReader ledger, string bucket, string tag)
    {
        LedgerState head = ledger.Head;
        RequireOwner(context, Find(head, bucket));
        if (!Hash256.TryParse(tag, out Hash256 nameTag))
            throw new RestException(WireErrors.Malformed, "A name's tag has 64 hexadecimal digits.");
        if (head.Object(bucket, nameTag) is not { } entry || head.File(entry.File) is not { } file)
            throw new RestException(WireErrors.ObjectNotFound, $"Bucket {bucket} has no object of tag {tag}.");

        ObjectPart[] parts = [.. file.Declaration.Parts.Select(part => new ObjectPart(part.Salt.ToArray(), part.PlainLength))];
        return JsonAnswer.Of(ToMessage(entry, file, parts), WireJson.Readable.ObjectMessage);
    }

    private static BucketRecord Find(LedgerState head, string bucket) =>
        (BucketNames.IsValid(bucket) ? head.Bucket(bucket) : null)
        ?? throw new RestException(WireErrors.BucketNotFound, "There is no such bucket.");

    private static void RequireOwner(HttpContext context, BucketRecord bucket)
    {
        if (bucket.Owner != context.Caller())
            throw new RestException(WireErrors.Denied, $"Bucket {bucket.Name} belongs to another account.");
    }

    private static BucketMessage ToMessage(BucketRecord bucket) => new(
        bucket.Name, bucket.Owner.ToString(), bucket.WrappedKey.ToArray(), RestTime.Of(bucket.CreatedAtMs), bucket.ObjectCount, bucket.Bytes);

    private static ObjectMessage ToMessage(ObjectEntry entry, FileRecord file, ObjectPart[]? parts) => new(
        file.Declaration.NameTag,
        entry.File.Hash,
        file.Declaration.EncryptedName.ToArray(),
        file.Declaration.EncryptedMetadata.ToArray(),
        file.Declaration.WrappedFileKey.ToArray(),
        file.Declaration.PlainLength(),
        RestTime.Of(entry.TimeMs),
        parts);
}
