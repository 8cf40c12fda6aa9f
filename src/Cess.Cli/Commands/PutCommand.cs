using System.CommandLine;
using Cess.Cli.Output;
using Cess.Client;

namespace Cess.Cli.Commands;

/// <summary>cess put.</summary>
internal static class PutCommand
{
    public static Command Build(CommandContext context)
    {
        Argument<string> source = new("source") { Description = "File to store, a folder with -r, or - for the standard input." };
        Argument<ObjectPath> destination = new("destination")
        {
            Description = "cess://bucket/name. When it ends in a slash, or is a bucket alone, the file's own name is put behind it.",
            CustomParser = ObjectPath.Parse,
        };
        Option<bool> recursive = new("--recursive", "-r") { Description = "Store a folder with all that is in it." };
        Option<string> policy = new("--policy")
        {
            Description = "How to spread it: data+parity fragments, such as 4+8. [the network's default]",
            HelpName = "K+M",
        };
        Option<string> contentType = new("--content-type") { Description = "Content type that S3 clients are told.", HelpName = "TYPE" };
        Option<string[]> metadata = new("--meta") { Description = "User metadata; may be repeated.", HelpName = "NAME=VALUE" };
        Option<bool> onlyIfAbsent = new("--if-absent") { Description = "Only when no object has the name; exit code 5 otherwise." };
        Option<int> jobs = Transfers.JobsOption();
        Command command = new("put", "Encrypt files and store them. Ends when they are final on the chain and durable on the miners.")
        {
            source, destination, recursive, policy, contentType, metadata, onlyIfAbsent, jobs,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            PutOptions options = new()
            {
                Policy = parsed.GetValue(policy),
                Headers = parsed.GetValue(contentType) is { } type ? new Dictionary<string, string> { ["content-type"] = type } : [],
                Metadata = ParseMetadata(parsed.GetValue(metadata) ?? []),
                OnlyIfAbsent = parsed.GetValue(onlyIfAbsent),
            };
            IReadOnlyList<PutSource> sources = PutSource.Find(
                parsed.GetRequiredValue(source), parsed.GetRequiredValue(destination), parsed.GetValue(recursive), context.Environment);
            using Session session = context.Open(parsed);
            await RunAsync(context, parsed, session, sources, options, parsed.GetValue(jobs), cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task RunAsync(
        CommandContext context, ParseResult parsed, Session session, IReadOnlyList<PutSource> sources, PutOptions options, int jobs,
        CancellationToken cancellation)
    {
        Report report = context.Report(parsed);
        ObjectDocument[] stored = new ObjectDocument[sources.Count];
        TimeSpan elapsed = default;
        await new TransferView(context.Environment, report.IsJson).RunAsync("put", sources.Count, async tracker =>
        {
            if (sources.All(source => source.Length is not null))
                tracker.Expect(sources.Sum(source => source.Length!.Value));
            await Transfers.RunAsync(sources.Count, jobs, cancellation, (index, token) => tracker.RunAsync(sources[index].Name, async progress =>
            {
                PutSource source = sources[index];
                await using Stream content = source.Open();
                PutResult result = await session.Client.PutAsync(source.Target.Bucket, source.Target.Name, content, options, progress, token);
                stored[index] = new ObjectDocument(
                    source.Target.Bucket, source.Target.Name, result.Length, result.ETag, result.FileId.ToString(), Height: result.Height,
                    Path: source.Path);
                return result.Length;
            }));
            elapsed = tracker.Elapsed;
        });

        long bytes = stored.Sum(item => item.Bytes);
        report.Write(
            new TransferDocument(stored, bytes, elapsed.TotalSeconds), CliJson.Default.TransferDocument,
            [
                $"Stored {Human.Count(stored.Length, "object", "objects")}, {Human.Size(bytes)}, "
                + $"in {Human.Time(elapsed)} ({Human.Rate(bytes, elapsed)}).",
            ]);
    }

    private static Dictionary<string, string> ParseMetadata(string[] entries)
    {
        Dictionary<string, string> metadata = [];
        foreach (string entry in entries)
        {
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new CliException("cli.usage", $"'{entry}' is no metadata such as name=value.");
            metadata[entry[..equals].ToLowerInvariant()] = entry[(equals + 1)..];
        }

        return metadata;
    }
}
