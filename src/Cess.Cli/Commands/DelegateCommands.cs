using System.Collections.Immutable;
using System.CommandLine;
using Cess.Client.Chain;
using Cess.Ledger.Modules.Accounts;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Cli.Commands;

/// <summary>cess account delegate.</summary>
internal static class DelegateCommands
{
    private const ulong BlocksAtFirst = 100_000;

    public static Command Build(CommandContext context)
    {
        Command command = new("delegate", "Let other accounts act for yours within limits, or take that back.");
        command.Add(BuildSet(context));
        command.Add(BuildShow(context));
        command.Add(BuildRemove(context));
        return command;
    }

    private static Command BuildSet(CommandContext context)
    {
        Argument<AccountId?> to = LedgerArguments.Address("address", "Who may act for you.");
        Option<ImmutableArray<CallScope>?> scope = LedgerArguments.Scope(
            "--allow", "What it may do: modules or calls, such as Files,Balances.Transfer.");
        Option<Balance?> limit = LedgerArguments.AmountOption("--limit", "How many of your tokens all that it does may cost.");
        Option<ulong> blocks = new("--blocks")
        {
            Description = "For how many blocks from now.",
            HelpName = "N",
            DefaultValueFactory = _ => BlocksAtFirst,
        };
        Command command = new("set", "Let an account act for yours; replaces what it was allowed before. Final when it ends.")
        {
            to, scope, limit, blocks,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            AccountId delegated = parsed.GetRequiredValue(to)!.Value;
            ImmutableArray<CallScope> calls = parsed.GetRequiredValue(scope)!.Value;
            Balance tokens = parsed.GetRequiredValue(limit)!.Value;
            using Session session = context.Open(parsed);
            OutcomeMessage outcome = await session.Client.Chain.SetDelegateAsync(delegated, calls, tokens, parsed.GetValue(blocks), cancellation);
            context.Report(parsed).Write(
                new DelegateChangeDocument(
                    outcome.Id, outcome.Height, session.Client.Account.ToString(), delegated.ToString(), CallScopes.ToText(calls), tokens.ToString()),
                CliJson.Default.DelegateChangeDocument,
                [$"{delegated} may do {CallScopes.ToText(calls)} for up to {tokens} (block {outcome.Height})."]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command BuildShow(CommandContext context)
    {
        Argument<AccountId?> of = LedgerArguments.Address("address", "The delegate.");
        Option<AccountId?> account = LedgerArguments.AddressOption("--of", "For whom it acts. Without it, for you.");
        Command command = new("show", "Show what a delegate may still do.") { of, account };
        command.SetAction(async (parsed, cancellation) =>
        {
            AccountId delegated = parsed.GetRequiredValue(of)!.Value;
            AccountId? asked = parsed.GetValue(account);
            using Session session = asked is null ? context.Open(parsed) : context.OpenPublic(parsed);
            DelegateRecord record = await session.Client.Chain.FindDelegateAsync(asked ?? session.Client.Account, delegated, cancellation)
                ?? throw new CliException("cli.no_delegate", $"{delegated} is no delegate of {asked ?? session.Client.Account}.", ExitCode.NotFound);
            context.Report(parsed).Write(
                new DelegateDocument(
                    record.Account.ToString(), record.Delegate.ToString(), CallScopes.ToText(record.Scope), record.SpendLeft.ToString(),
                    record.Until),
                CliJson.Default.DelegateDocument,
                [
                    $"account   {record.Account}",
                    $"delegate  {record.Delegate}",
                    $"allowed   {CallScopes.ToText(record.Scope)}",
                    $"left      {record.SpendLeft}",
                    $"until     block {record.Until}",
                ]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command BuildRemove(CommandContext context)
    {
        Argument<AccountId?> from = LedgerArguments.Address("address", "The delegate.");
        Command command = new("remove", "Let a delegate act for you no more. Final when it ends.") { from };
        command.SetAction(async (parsed, cancellation) =>
        {
            AccountId delegated = parsed.GetRequiredValue(from)!.Value;
            using Session session = context.Open(parsed);
            OutcomeMessage outcome = await session.Client.Chain.RemoveDelegateAsync(delegated, cancellation);
            context.Report(parsed).Write(
                new DelegateChangeDocument(outcome.Id, outcome.Height, session.Client.Account.ToString(), delegated.ToString()),
                CliJson.Default.DelegateChangeDocument,
                [$"{delegated} acts for you no more (block {outcome.Height})."]);
            return ExitCode.Done;
        });
        return command;
    }
}
