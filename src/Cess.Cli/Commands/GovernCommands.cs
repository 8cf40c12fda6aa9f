using System.Collections.Immutable;
using System.CommandLine;
using Cess.Cli.Output;
using Cess.Client.Chain;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Cli.Commands;

/// <summary>cess govern.</summary>
internal static class GovernCommands
{
    private const int NameColumn = 26;
    private const int ValueColumn = 24;

    public static Command Build(CommandContext context)
    {
        Command command = new(
            "govern",
            "See what validators are to decide; propose and vote as a validator on the chain's parameters and the treasury. A proposal takes "
            + "effect at its height if more than two thirds of those who are validators then approve it.");
        command.Add(BuildList(context));
        command.Add(BuildShow(context));
        command.Add(BuildVote(context, "approve", "Approve a proposal. What it does is shown first.", approves: true));
        command.Add(BuildVote(context, "disapprove", "Take your approval of a proposal back.", approves: false));
        command.Add(BuildParameters(context));
        command.Add(BuildSpend(context));
        command.Add(BuildRetract(context));
        return command;
    }

    private static Command BuildList(CommandContext context)
    {
        Command command = new(
            "list", "List the open proposals: number, approvals, the height at which each is decided, and what it does. Needs no account.");
        command.SetAction(async (parsed, cancellation) =>
        {
            using Session session = context.OpenPublic(parsed);
            ImmutableArray<ProposalStanding> proposals = await session.Client.Chain.ListProposalsAsync(cancellation);
            context.Report(parsed).Write(
                new ProposalsDocument([.. proposals.Select(ToDocument)]), CliJson.Default.ProposalsDocument, proposals.Select(ProposalText.LineOf));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command BuildShow(CommandContext context)
    {
        Argument<uint> number = ProposalArgument();
        Command command = new(
            "show",
            "Show an open proposal: who proposed it, all that it would change from what is in force, when it is decided, and who approves it. "
            + "Needs no account.")
        {
            number,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            uint id = parsed.GetRequiredValue(number);
            using Session session = context.OpenPublic(parsed);
            ProposalStanding proposal = await session.Client.Chain.FindProposalAsync(id, cancellation)
                ?? throw new CliException(
                    "cli.no_proposal", $"No open proposal has number {id}: it was decided, taken back, or never made.", ExitCode.NotFound);
            context.Report(parsed).Write(ToDocument(proposal), CliJson.Default.ProposalDocument, ProposalText.LinesOf(proposal));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command BuildVote(CommandContext context, string name, string description, bool approves)
    {
        Argument<uint> number = ProposalArgument();
        Command command = new(name, $"{description} Final when it ends.") { number };
        command.SetAction(async (parsed, cancellation) =>
        {
            uint id = parsed.GetRequiredValue(number);
            using Session session = context.Open(parsed);
            if (approves && await session.Client.Chain.FindProposalAsync(id, cancellation) is { } proposal)
                context.Report(parsed).Say(ProposalText.LinesOf(proposal));
            return await StakeCommands.ExecuteAsync(context, parsed, session, new Vote(id, approves), cancellation);
        });
        return command;
    }

    private static Command BuildParameters(CommandContext context)
    {
        Argument<string?> file = new("file")
        {
            Description = "A JSON object of the parameters to change, such as {\"seats\": 21, \"transactionFee\": \"0.0002\"}: counts as numbers, "
                + "tokens and addresses as texts. Without it, the parameters in force are listed with their ranges.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<ulong?> at = AtOption();
        Option<bool> isTrial = new("--dry-run") { Description = "Show what would change, and propose nothing." };
        Command command = new(
            "parameters",
            "Propose other parameters, and approve them; or list those in force. What would change from what is in force is shown first. "
            + "Final when it ends.")
        {
            file, at, isTrial,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(file) is not null && result.GetValue(at) is null && !result.GetValue(isTrial))
                result.AddError("Give --at HEIGHT, or --dry-run.");
        });
        command.SetAction((parsed, cancellation) => parsed.GetValue(file) is { } path
            ? ProposeParametersAsync(context, parsed, path, parsed.GetValue(isTrial) ? null : parsed.GetValue(at), cancellation)
            : ListParametersAsync(context, parsed, cancellation));
        return command;
    }

    private static async Task<int> ListParametersAsync(CommandContext context, ParseResult parsed, CancellationToken cancellation)
    {
        using Session session = context.OpenPublic(parsed);
        ChainParameters inForce = await session.Client.Chain.GetParametersAsync(cancellation);
        context.Report(parsed).Write(
            new ParametersDocument(ParameterFields.All.ToDictionary(field => field.Name, field => field.Read(inForce))),
            CliJson.Default.ParametersDocument,
            ParameterFields.All.Select(field => $"{field.Name,-NameColumn} {field.Read(inForce),-ValueColumn} {field.Range}; {field.Meaning}"));
        return ExitCode.Done;
    }

    /// <param name="context">What commands share.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="path">The file of what to change.</param>
    /// <param name="at">When it is decided; null to show it only.</param>
    /// <param name="cancellation">Ends it.</param>
    private static async Task<int> ProposeParametersAsync(
        CommandContext context, ParseResult parsed, string path, ulong? at, CancellationToken cancellation)
    {
        using Session session = at is null ? context.OpenPublic(parsed) : context.Open(parsed);
        ChainParameters inForce = await session.Client.Chain.GetParametersAsync(cancellation);
        ChainParameters changed = ParametersFile.Apply(path, inForce);
        ImmutableArray<ParameterChange> changes = ParameterFields.Differences(inForce, changed);
        if (changes.IsEmpty)
            throw new CliException("cli.unchanged", $"All parameters in {path} are in force already.", ExitCode.Conflict);

        Report report = context.Report(parsed);
        if (at is null)
        {
            report.Write(new ChangesDocument(ToMessages(changes)), CliJson.Default.ChangesDocument, ProposalText.LinesOf(changes));
            return ExitCode.Done;
        }

        report.Say(ProposalText.LinesOf(changes));
        return await ProposeAsync(context, parsed, session, new ChangeParameters(changed), changes, at.Value, cancellation);
    }

    private static Command BuildSpend(CommandContext context)
    {
        Argument<AccountId?> to = LedgerArguments.Address("address", "Who is to receive tokens of the treasury.");
        Argument<Balance?> amount = LedgerArguments.Amount();
        Option<ulong?> at = AtOption();
        at.Required = true;
        Command command = new("spend", "Propose a payment by the treasury, and approve it. Final when it ends.") { to, amount, at };
        command.SetAction(async (parsed, cancellation) =>
        {
            using Session session = context.Open(parsed);
            SpendTreasury change = new(parsed.GetRequiredValue(to)!.Value, parsed.GetRequiredValue(amount)!.Value);
            return await ProposeAsync(context, parsed, session, change, [], parsed.GetRequiredValue(at)!.Value, cancellation);
        });
        return command;
    }

    private static async Task<int> ProposeAsync(
        CommandContext context, ParseResult parsed, Session session, ProposedChange change, ImmutableArray<ParameterChange> changes, ulong at,
        CancellationToken cancellation)
    {
        ProposalOutcome made = await session.Client.Chain.ProposeAsync(change, at, cancellation);
        // It says all parameters: what was enacted since those in force were read, it would undo.
        if (change is ChangeParameters && await session.Client.Chain.FindProposalAsync(made.Number, cancellation) is { } proposal
            && !proposal.Changes.SequenceEqual(changes))
        {
            throw new CliException(
                "cli.parameters_changed",
                $"The parameters were changed while this was proposed, and proposal {made.Number} would undo that. "
                + $"Take it back: cess govern retract {made.Number}",
                ExitCode.Conflict);
        }

        Propose call = new(change, at);
        context.Report(parsed).Write(
            new ProposedDocument(
                made.Outcome.Id, made.Outcome.Height, session.Client.Account.ToString(), CallText.NameOf(call), made.Number, at,
                PaymentOf(change), change is ChangeParameters ? ToMessages(changes) : null),
            CliJson.Default.ProposedDocument,
            [
                $"Done: {CallText.NameOf(call)} (block {made.Outcome.Height}, transaction {made.Outcome.Id}).",
                .. change is SpendTreasury spend ? [$"payment   {spend.Amount} of the treasury to {spend.To}"] : Array.Empty<string>(),
                $"proposal  {made.Number}, decided at block {at}",
                $"Others look at it with 'cess govern show {made.Number}', and approve it with 'cess govern approve {made.Number}'.",
            ]);
        return ExitCode.Done;
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

    private static ProposalDocument ToDocument(ProposalStanding standing) => new(
        standing.Proposal.Id,
        standing.Proposal.Proposer.ToString(),
        standing.Proposal.EnactAt,
        [.. standing.Approvals.Select(account => account.ToString())],
        standing.Needed,
        standing.Validators,
        PaymentOf(standing.Proposal.Change),
        standing.Proposal.Change is ChangeParameters ? ToMessages(standing.Changes) : null,
        standing.IsOutdated ? true : null);

    private static PaymentMessage? PaymentOf(ProposedChange change) =>
        change is SpendTreasury spend ? new PaymentMessage(spend.To.ToString(), spend.Amount.ToString()) : null;

    private static ParameterChangeMessage[] ToMessages(ImmutableArray<ParameterChange> changes) =>
        [.. changes.Select(change => new ParameterChangeMessage(change.Name, change.From, change.To))];

    private static Argument<uint> ProposalArgument() => new("proposal") { Description = "The proposal's number, as 'cess govern list' shows it." };

    private static Option<ulong?> AtOption() => new("--at")
    {
        Description = "Height at which it is decided: at least the parameter votingBlocks ahead.",
        HelpName = "HEIGHT",
    };
}
