using System.CommandLine;
using Cess.Cli.Output;
using Cess.Client;
using Cess.Wire;

namespace Cess.Cli.Commands;

/// <summary>cess ls.</summary>
internal static class ListCommand
{
    private const int SizeColumn = 10;

    public static Command Build(CommandContext context)
    {
        Argument<ObjectPath?> path = new("path")
        {
            Description = "cess://bucket, or cess://bucket/beginning-of-names. Without it, your buckets are listed.",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = ObjectPath.Parse,
        };
        Option<bool> recursive = new("--recursive", "-r") { Description = "List all names, not one level of folders." };
        Command command = new("ls", "List buckets, or the objects of one. Names are decrypted here.") { path, recursive };
        command.SetAction(async (parsed, cancellation) =>
        {
            using Session session = context.Open(parsed);
            if (parsed.GetValue(path) is { } where)
                await ListObjectsAsync(context.Report(parsed), session, where, parsed.GetValue(recursive), cancellation);
            else
                await ListBucketsAsync(context.Report(parsed), session, cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task ListBucketsAsync(Report report, Session session, CancellationToken cancellation)
    {
        IReadOnlyList<BucketMessage> buckets = await session.Client.ListBucketsAsync(cancellation);
        report.Write(
            new BucketsDocument([.. buckets.Select(bucket => new BucketDocument(bucket.Name, bucket.Created, bucket.Objects, bucket.Bytes))]),
            CliJson.Default.BucketsDocument,
            buckets.Select(bucket =>
                $"{Human.Moment(bucket.Created)}  {Human.Size(bucket.Bytes),SizeColumn}  "
                + $"{Human.Count((long)bucket.Objects, "object", "objects"),-12}  cess://{bucket.Name}"));
    }

    private static async Task ListObjectsAsync(Report report, Session session, ObjectPath path, bool isRecursive, CancellationToken cancellation)
    {
        ObjectListing listing = await session.Client.ListAsync(path.Bucket, new ListOptions(path.Name, isRecursive ? "" : "/"), cancellation);
        ListingDocument document = new(
            [
                .. listing.Objects.Select(item => new ObjectDocument(
                    path.Bucket, item.Name, item.Length, item.Metadata.ETag, item.FileId.ToString(), item.Time)),
            ],
            listing.CommonPrefixes);
        report.Write(
            document, CliJson.Default.ListingDocument,
            [
                .. listing.CommonPrefixes.Select(prefix => $"{"",19}  {"folder",SizeColumn}  {prefix}"),
                .. listing.Objects.Select(item => $"{Human.Moment(item.Time)}  {Human.Size(item.Length),SizeColumn}  {item.Name}"),
            ]);
    }
}
