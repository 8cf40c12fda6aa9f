using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using Cess.Cli.Output;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Cli.Commands;

/// <summary>cess events.</summary>
internal static class EventsCommand
{
    private const int HeightColumn = 10;
    private const int TransactionColumn = 64;

    public static Command Build(CommandContext context)
    {
        Option<FileId?> file = new("--file") { Description = "What happens to a file.", HelpName = "ID", CustomParser = ParseFile };
        Option<string?> bucket = new("--bucket") { Description = "What happens to a bucket, and to the files in it.", HelpName = "NAME" };
        Option<uint?> miner = new("--miner") { Description = "What happens to a miner.", HelpName = "NUMBER" };
        Option<ulong?> from = new("--from")
        {
            Description = "The first block. Without it, the one after the newest.",
            HelpName = "HEIGHT",
        };
        Option<int?> limit = new("--limit") { Description = "End after so many lines.", HelpName = "N" };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1)
                result.AddError("--limit must be 1 or more.");
        });
        Command command = new(
            "events",
            "Show final blocks as they come; or, with --account, --file, --bucket or --miner, what happens to one of them. One line each, with "
            + "--json one JSON document a line. Goes on until it is interrupted. Needs no account.")
        {
            file, bucket, miner, from, limit,
        };
        command.Validators.Add(result =>
        {
            Option[] subjects = [context.Settings.Account, file, bucket, miner];
            if (subjects.Count(option => result.GetResult(option) is not null) > 1)
                result.AddError("Give one of --account, --file, --bucket and --miner.");
        });
        command.SetAction((parsed, cancellation) =>
        {
            Subject? subject =
                context.Settings.GivenAccount(parsed) is { } account ? Subject.Of(account)
                : parsed.GetValue(file) is { } id ? Subject.Of(id)
                : parsed.GetValue(bucket) is { } name ? Subject.OfBucket(name)
                : parsed.GetValue(miner) is { } number ? Subject.Of(new MinerId(number))
                : null;
            return ShowAsync(context, parsed, subject, parsed.GetValue(from), parsed.GetValue(limit) ?? int.MaxValue, cancellation);
        });
        return command;
    }

    private static async Task<int> ShowAsync(
        CommandContext context, ParseResult parsed, Subject? subject, ulong? from, int limit, CancellationToken cancellation)
    {
        using Session session = context.OpenPublic(parsed);
        Report report = context.Report(parsed);
        if (subject is { } wanted)
        {
            await foreach (EventMessage happened in session.Client.Chain.WatchAsync(wanted, from, cancellation).Take(limit))
                report.Write(happened, WireJson.Readable.EventMessage, [LineOf(happened)]);
        }
        else
        {
            await foreach (BlockMessage block in session.Client.Chain.WatchBlocksAsync(from, cancellation).Take(limit))
                report.Write(block, WireJson.Readable.BlockMessage, [LineOf(block)]);
        }

        return ExitCode.Done;
    }

    private static string LineOf(BlockMessage block) =>
        $"{block.Height,HeightColumn}  {block.Hash}  {Human.Moment(block.Time)}  "
        + Human.Count(block.TransactionCount, "transaction", "transactions");

    private static string LineOf(EventMessage happened)
    {
        string transaction = happened.Transaction is { } id ? id.ToString() : "start of the block";
        IEnumerable<string> fields = happened.Fields.Select(field => $"{Word(field.Key)}={Word(field.Value)}");
        return $"{happened.Height,HeightColumn}  {transaction,-TransactionColumn}  {Word(happened.Name)}  {string.Join(' ', fields)}".TrimEnd();
    }

    /// <summary>As it is, if that is one word; else as JSON writes it: what a node says must neither break the line nor steer the terminal.</summary>
    private static string Word(JsonNode? value) =>
        value is JsonValue text && text.TryGetValue(out string? word) && word.Length > 0 && word.All(letter => letter is > ' ' and <= '~')
            ? word
            : value?.ToJsonString() ?? "null";

    private static FileId? ParseFile(ArgumentResult argument)
    {
        if (Hash256.TryParse(argument.Tokens[0].Value, out Hash256 hash))
            return new FileId(hash);
        argument.AddError($"'{argument.Tokens[0].Value}' is no file's id: it has 64 hexadecimal digits.");
        return null;
    }
}
