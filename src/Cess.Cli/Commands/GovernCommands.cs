using System.CommandLine;
using Cess.Ledger.Modules.Governance;
using Cess.Primitives;

namespace Cess.Cli.Commands;

/// <summary>cess govern.</summary>
internal static class GovernCommands
{
    public static Command Build(CommandContext context)
    {
        Command command = new("govern", "Vote as a validator on parameters and the treasury.");
        command.Add(BuildVote(context, "approve", "Approve a proposal.", approves: true));
        command.Add(BuildVote(context, "disapprove", "Take your approval of a proposal back.", approves: false));
        command.Add(BuildSpend(context));
        command.Add(BuildRetract(context));
        return command;
    }

    private static Command BuildVote(CommandContext context, string name, string description, bool approves)
    {
        Argument<uint> proposal = ProposalArgument();
        Command command = new(name, $"{description} Final when it ends.") { proposal };
        command.SetAction(async (parsed, cancellation) =>
        {
            using Session session = context.Open(parsed);
            return await StakeCommands.ExecuteAsync(context, parsed, session, new Vote(parsed.GetRequiredValue(proposal), approves), cancellation);
        });
        return command;
    }

    private static Command BuildSpend(CommandContext context)
    {
        Argument<AccountId?> to = LedgerArguments.Address("address", "Who is to receive tokens of the treasury.");
        Argument<Balance?> amount = LedgerArguments.Amount();
        Option<ulong> at = new("--at")
        {
            Description = "Height at which it is decided: at least the chain's voting time ahead.",
            HelpName = "HEIGHT",
            Required = true,
        };
        Command command = new("spend", "Propose a payment by the treasury, and approve it. Final when it ends.") { to, amount, at };
        command.SetAction(async (parsed, cancellation) =>
        {
            using Session session = context.Open(parsed);
            SpendTreasury change = new(parsed.GetRequiredValue(to)!.Value, parsed.GetRequiredValue(amount)!.Value);
            return await StakeCommands.ExecuteAsync(context, parsed, session, new Propose(change, parsed.GetValue(at)), cancellation);
        });
        return command;
    }

    private static Command BuildRetract(CommandContext context)
    {
        Argument<uint> proposal = ProposalArgument();
        Command command = new("retract", "Take a proposal of yours back. Final when it ends.") { proposal };
        command.SetAction(async (parsed, cancellation) =>
        {
            using Session session = context.Open(parsed);
            return await StakeCommands.ExecuteAsync(context, parsed, session, new Retract(parsed.GetRequiredValue(proposal)), cancellation);
        });
        return command;
    }

    private static Argument<uint> ProposalArgument() => new("proposal") { Description = "The proposal's number." };
}
