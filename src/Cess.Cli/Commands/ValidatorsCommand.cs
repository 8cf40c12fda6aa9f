using System.CommandLine;
using Cess.Cli.Output;
using Cess.Ledger.Modules.Staking;

namespace Cess.Cli.Commands;

/// <summary>cess stake validators.</summary>
internal static class ValidatorsCommand
{
    public static Command Build(CommandContext context)
    {
        Command command = new(
            "validators",
            "List the era's validators by their seats, then the candidates for the next era who have no seat: own stake, nominators' pool, "
            + "credit and punishments, blocks proposed in the era, absence and jail. Needs no account.");
        command.SetAction(async (parsed, cancellation) =>
        {
            using Session session = context.OpenPublic(parsed);
            ValidatorStandings standings = await session.Client.Chain.ListValidatorsAsync(cancellation);
            context.Report(parsed).Write(
                new ValidatorsDocument(
                    standings.Era.Index, standings.Era.Start, standings.Era.End, [.. standings.Validators.Select(ToDocument)],
                    [.. standings.Candidates.Select(ToDocument)]),
                CliJson.Default.ValidatorsDocument,
                [
                    $"era       {standings.Era.Index}, blocks {standings.Era.Start + 1} to {standings.Era.End}",
                    .. standings.Validators.Select(LineOf),
                    .. standings.Candidates.Select(LineOf),
                ]);
            return ExitCode.Done;
        });
        return command;
    }

    private static string LineOf(ValidatorStanding standing)
    {
        ValidatorRecord? record = standing.Record;
        string[] words =
        [
            standing.Seat is { } seat ? $"seat {seat.Index,-4} {standing.Account}" : $"candidate {standing.Account}",
            $"stake {standing.Stake}",
            .. record is null ? [] : new[] { $"pool {record.Pool.Tokens}", $"credit {record.Credit.Score}" },
            .. standing.Seat is { } counted ? [$"blocks {counted.Blocks}"] : Array.Empty<string>(),
            .. record is { Credit.Punishments: > 0 } ? [$"punished {record.Credit.Punishments} times"] : Array.Empty<string>(),
            .. standing.Seat is { IsAbsent: true } ? ["absent"] : Array.Empty<string>(),
            .. record?.Status switch
            {
                CandidateStatus.Jailed => [$"jailed until era {record.JailedUntil}"],
                CandidateStatus.Chilled => ["chilled"],
                null => ["of the genesis"],
                _ => Array.Empty<string>(),
            },
        ];
        return string.Join("  ", words);
    }

    private static ValidatorDocument ToDocument(ValidatorStanding standing)
    {
        ValidatorRecord? record = standing.Record;
        bool isJailed = record is { Status: CandidateStatus.Jailed };
        return new ValidatorDocument(
            standing.Account.ToString(),
            standing.Stake.ToString(),
            standing.Seat?.Index,
            standing.Seat?.Key.ToString(),
            standing.Seat?.Blocks,
            standing.Seat is { IsAbsent: true } ? true : null,
            record?.Status.ToString(),
            isJailed ? record!.JailedUntil : null,
            record?.CommissionPermille,
            record?.Pool.Tokens.ToString(),
            record?.Credit.Score,
            record?.Credit.Points,
            record?.Credit.Punishments);
    }
}
