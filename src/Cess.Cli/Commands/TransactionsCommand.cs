using System.CommandLine;
using Cess.Cli.Output;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Cli.Commands;

/// <summary>cess account transactions.</summary>
internal static class TransactionsCommand
{
    private const int TransactionsUsual = 20;
    private const int TransactionsMax = 10_000;
    private const int HeightColumn = 10;
    private const int CallColumn = 24;
    private const int RoleColumn = 6;

    public static Command Build(CommandContext context)
    {
        Argument<AccountId?> address = LedgerArguments.OptionalAddress("An account's address. Without it, your own account's are listed.");
        Option<AccountRole> role = new("--role")
        {
            Description = "sender: those that the account signed; party: those of others that paid it, acted for it, or else concern it; any: both.",
            HelpName = "ROLE",
            DefaultValueFactory = _ => AccountRole.Any,
            CustomParser = result =>
            {
                if (!AccountRoles.TryParse(result.Tokens[0].Value, out AccountRole parsed))
                    result.AddError($"'{result.Tokens[0].Value}' is no role: give sender, party or any.");
                return parsed;
            },
        };
        Option<int> limit = new("--limit") { Description = "How many at most.", HelpName = "N", DefaultValueFactory = _ => TransactionsUsual };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > TransactionsMax)
                result.AddError($"--limit must be 1 to {TransactionsMax}.");
        });
        Command command = new(
            "transactions",
            "List final transactions of an account, the newest first, and the tokens that each brought it (in) or took from it (out).")
        {
            address, role, limit,
        };
        command.SetAction((parsed, cancellation) =>
            ListAsync(context, parsed, parsed.GetValue(address), parsed.GetValue(role), parsed.GetValue(limit), cancellation));
        return command;
    }

    private static async Task<int> ListAsync(
        CommandContext context, ParseResult parsed, AccountId? asked, AccountRole role, int limit, CancellationToken cancellation)
    {
        using Session session = asked is null ? context.Open(parsed) : context.OpenPublic(parsed);
        AccountId account = asked ?? session.Client.Account;
        List<TransactionMessage> transactions =
            await session.Client.Chain.ListTransactionsAsync(account, role, cancellation).Take(limit).ToListAsync(cancellation);
        context.Report(parsed).Write(
            new TransactionsDocument(account.ToString(), transactions), CliJson.Default.TransactionsDocument, transactions.Select(LineOf));
        return ExitCode.Done;
    }

    private static string LineOf(TransactionMessage transaction)
    {
        string[] words =
        [
            $"{transaction.Height,HeightColumn}  {transaction.Id}  {transaction.Role,-RoleColumn}  {transaction.Call,-CallColumn}",
            .. transaction.Received is { } received ? [$"in {received}"] : Array.Empty<string>(),
            .. transaction.Paid is { } paid ? [$"out {paid}"] : Array.Empty<string>(),
            .. transaction.Code is { } code ? [$"failed: {code}"] : Array.Empty<string>(),
        ];
        return string.Join("  ", words).TrimEnd();
    }
}
