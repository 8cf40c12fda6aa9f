using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Cess.Cli.Output;
using Cess.Client;
using Cess.Client.Objects;

namespace Cess.Cli.Commands;

/// <summary>cess get.</summary>
internal static class GetCommand
{
    public static Command Build(CommandContext context)
    {
        Argument<ObjectPath> source = new("source")
        {
            Description = "cess://bucket/name, or with -r the beginning of names.",
            CustomParser = ObjectPath.Parse,
        };
        Argument<string?> destination = new("destination")
        {
            Description = "File or folder to write to, or - for the standard output. [the current folder]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<bool> recursive = new("--recursive", "-r") { Description = "Fetch all objects whose names begin so, into a folder." };
        Option<Range?> range = new("--range")
        {
            Description = "Only these bytes, such as 0-99, 100-, or -100 for the last hundred.",
            HelpName = "FIRST-LAST",
            CustomParser = ParseRange,
        };
        Option<int> jobs = Transfers.JobsOption();
        Command command = new("get", "Fetch objects, verify and decrypt them. A file appears under its name only when it is complete.")
        {
            source, destination, recursive, range, jobs,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            using Session session = context.Open(parsed);
            ObjectPath path = parsed.GetRequiredValue(source);
            string target = parsed.GetValue(destination) ?? ".";
            IReadOnlyList<GetTarget> targets = parsed.GetValue(recursive)
                ? await FindAllAsync(session, path, target, cancellation)
                : [GetTarget.Of(path, target)];
            await RunAsync(context, parsed, session, targets, parsed.GetValue(range), parsed.GetValue(jobs), cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<IReadOnlyList<GetTarget>> FindAllAsync(Session session, ObjectPath path, string folder, CancellationToken cancellation)
    {
        if (folder == "-")
            throw new CliException("cli.usage", "-r needs a folder to write to.");
        ObjectListing listing = await session.Client.ListAsync(path.Bucket, new ListOptions(path.Name), cancellation);
        if (listing.Objects.Count == 0)
            throw new CliException("cli.nothing_found", $"No object's name begins with {path}.", ExitCode.NotFound);

        // What precedes the last slash is the folder that was asked for; it does not appear again below the destination.
        int skip = path.Name.LastIndexOf('/') + 1;
        return [.. listing.Objects.Select(item => GetTarget.Under(folder, item.Name[skip..], path with { Name = item.Name }, item.Length))];
    }

    private static async Task RunAsync(
        CommandContext context, ParseResult parsed, Session session, IReadOnlyList<GetTarget> targets, Range? range, int jobs,
        CancellationToken cancellation)
    {
        Report report = context.Report(parsed);
        ObjectDocument[] fetched = new ObjectDocument[targets.Count];
        TimeSpan elapsed = default;
        await new TransferView(context.Environment, report.IsJson).RunAsync("get", targets.Count, async tracker =>
        {
            if (targets.All(target => target.Length is not null))
                tracker.Expect(targets.Sum(target => target.Length!.Value));
            await Transfers.RunAsync(targets.Count, jobs, cancellation, (index, token) => tracker.RunAsync(
                targets[index].Source.Name,
                async progress =>
                {
                    GetTarget target = targets[index];
                    using ObjectReader reader = await session.Client.OpenAsync(target.Source.Bucket, target.Source.Name, token);
                    (long offset, long length) = Resolve(range, reader.Object.Length);
                    if (targets.Count == 1)
                        tracker.Expect(length);
                    await target.WriteAsync(context.Environment, stream => reader.CopyToAsync(stream, offset, length, progress, token));
                    fetched[index] = new ObjectDocument(
                        target.Source.Bucket, target.Source.Name, length, reader.Object.Metadata.ETag, reader.Object.FileId.ToString(),
                        reader.Object.Time, Path: target.File);
                    return length;
                }));
            elapsed = tracker.Elapsed;
        });

        // The content itself went to the standard output: a result there would be taken for a part of it.
        if (targets is [{ File: null }])
            return;
        long bytes = fetched.Sum(item => item.Bytes);
        report.Write(
            new TransferDocument(fetched, bytes, elapsed.TotalSeconds), CliJson.Default.TransferDocument,
            [
                $"Fetched {Human.Count(fetched.Length, "object", "objects")}, {Human.Size(bytes)}, "
                + $"in {Human.Time(elapsed)} ({Human.Rate(bytes, elapsed)}).",
            ]);
    }

    private static (long Offset, long Length) Resolve(Range? range, long length)
    {
        if (range is null)
            return (0, length);

        long first = range.First ?? Math.Max(length - range.Last!.Value, 0);
        long last = range.First is null ? length - 1 : Math.Min(range.Last ?? long.MaxValue, length - 1);
        return first <= last
            ? (first, last - first + 1)
            : throw new CliException("cli.range", $"The object has {length} bytes; the range lies outside.");
    }

    private static Range? ParseRange(ArgumentResult argument)
    {
        string[] ends = argument.Tokens[0].Value.Split('-');
        if (ends is [var from, var to] && TryParse(from, out long? first) && TryParse(to, out long? last)
            && (first ?? last) is not null && !(first > last) && !(first is null && last == 0))
        {
            return new Range(first, last);
        }

        argument.AddError($"'{argument.Tokens[0].Value}' is no range such as 0-99.");
        return null;
    }

    private static bool TryParse(string text, out long? number)
    {
        bool isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value);
        number = isNumber ? value : null;
        return isNumber || text.Length == 0;
    }

    /// <summary>Bytes of an object.</summary>
    /// <param name="First">First byte; null to count from the end.</param>
    /// <param name="Last">Last byte, or how many at the end; null for all behind the first.</param>
    private sealed record Range(long? First, long? Last);
}
