using System.CommandLine;
using Cess.Cli.Output;
using Cess.Client;

namespace Cess.Cli.Commands;

/// <summary>cess rm.</summary>
internal static class RemoveCommand
{
    public static Command Build(CommandContext context)
    {
        Argument<ObjectPath> path = new("path")
        {
            Description = "cess://bucket/name, or with -r the beginning of names.",
            CustomParser = ObjectPath.Parse,
        };
        Option<bool> recursive = new("--recursive", "-r") { Description = "Delete all objects whose names begin so. The bucket stays." };
        Command command = new("rm", "Delete objects. Final when it ends; the miners give the space back.") { path, recursive };
        command.SetAction(async (parsed, cancellation) =>
        {
            ObjectPath what = parsed.GetRequiredValue(path);
            bool isRecursive = parsed.GetValue(recursive);
            if (what.Name.Length == 0 && !isRecursive)
                throw new CliException("cli.usage", $"{what} names no object: -r deletes all of a bucket, rb the bucket itself.");

            using Session session = context.Open(parsed);
            IReadOnlyList<string> deleted = isRecursive
                ? await RemoveAllAsync(session.Client, what, cancellation)
                : await RemoveOneAsync(session.Client, what, cancellation);
            context.Report(parsed).Write(
                new DeletionDocument(what.Bucket, deleted), CliJson.Default.DeletionDocument,
                deleted.Select(name => $"Deleted {what with { Name = name }}"));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Deletes all objects whose names begin so, if any do.</summary>
    public static async Task<IReadOnlyList<string>> RemoveAllAsync(CessClient client, ObjectPath path, CancellationToken cancellation)
    {
        ObjectListing listing = await client.ListAsync(path.Bucket, new ListOptions(path.Name), cancellation);
        await client.DeleteAsync(listing.Objects, cancellation);
        return [.. listing.Objects.Select(item => item.Name)];
    }

    private static async Task<IReadOnlyList<string>> RemoveOneAsync(CessClient client, ObjectPath path, CancellationToken cancellation)
    {
        await client.DeleteAsync(path.Bucket, path.Name, cancellation);
        return [path.Name];
    }
}
