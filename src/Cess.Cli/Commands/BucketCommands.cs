using System.CommandLine;
using Cess.Wire;

namespace Cess.Cli.Commands;

/// <summary>cess mb and cess rb.</summary>
internal static class BucketCommands
{
    public static Command BuildMake(CommandContext context)
    {
        Argument<ObjectPath> path = PathArgument();
        Command command = new("mb", "Make a bucket. Its key is made here; only your account can open it.") { path };
        command.SetAction(async (parsed, cancellation) =>
        {
            string bucket = BucketOf(parsed.GetRequiredValue(path));
            using Session session = context.Open(parsed);
            OutcomeMessage outcome = await session.Client.CreateBucketAsync(bucket, cancellation);
            context.Report(parsed).Write(
                new BucketChangeDocument(bucket, outcome.Height), CliJson.Default.BucketChangeDocument,
                [$"Made cess://{bucket} (block {outcome.Height})."]);
            return ExitCode.Done;
        });
        return command;
    }

    public static Command BuildRemove(CommandContext context)
    {
        Argument<ObjectPath> path = PathArgument();
        Option<bool> force = new("--force") { Description = "Delete all its objects first." };
        Command command = new("rb", "Delete an empty bucket.") { path, force };
        command.SetAction(async (parsed, cancellation) =>
        {
            string bucket = BucketOf(parsed.GetRequiredValue(path));
            using Session session = context.Open(parsed);
            if (parsed.GetValue(force))
                await RemoveCommand.RemoveAllAsync(session.Client, new ObjectPath(bucket, ""), cancellation);
            OutcomeMessage outcome = await session.Client.DeleteBucketAsync(bucket, cancellation);
            context.Report(parsed).Write(
                new BucketChangeDocument(bucket, outcome.Height), CliJson.Default.BucketChangeDocument,
                [$"Deleted cess://{bucket} (block {outcome.Height})."]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<ObjectPath> PathArgument() => new("bucket") { Description = "cess://bucket", CustomParser = ObjectPath.Parse };

    private static string BucketOf(ObjectPath path) => path.Name.Length == 0
        ? path.Bucket
        : throw new CliException("cli.usage", $"{path} is more than a bucket: give cess://{path.Bucket}.");
}
