using System.CommandLine;
using Cess.Cli.Output;
using Cess.Client;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Cli.Commands;

/// <summary>cess stake.</summary>
internal static class StakeCommands
{
    /// <summary>A year of eras of six hours.</summary>
    private const int ChainLengthAtFirst = 1_460;

    public static Command Build(CommandContext context)
    {
        Command command = new("stake", "Stake tokens: bond them, validate with them or nominate others, and take them back.");
        command.Add(BuildShow(context));
        command.Add(ValidatorsCommand.Build(context));
        command.Add(BuildAmount(context, "bond", "Set free tokens aside as stake.", amount => new Bond(amount)));
        command.Add(BuildAmount(
            context, "unbond", "Begin to take stake back; withdraw it when the unbonding eras have passed.", amount => new Unbond(amount)));
        command.Add(BuildWithdraw(context));
        command.Add(BuildValidate(context));
        command.Add(BuildReveal(context));
        command.Add(BuildPlain(context, "chill", "Be no candidate any more, from the next era on. Stake and nominations stay.", () => new Chill()));
        command.Add(BuildPlain(context, "unjail", "Leave jail when its term is over; then validate again.", () => new Unjail()));
        command.Add(BuildNominate(context));
        command.Add(BuildLeave(context));
        return command;
    }

    /// <summary>Makes a call and says so.</summary>
    internal static async Task<int> ExecuteAsync(
        CommandContext context, ParseResult parsed, Session session, Call call, CancellationToken cancellation)
    {
        OutcomeMessage outcome = await session.Client.Chain.ExecuteAsync(call, cancellation);
        context.Report(parsed).Write(
            new CallDocument(outcome.Id, outcome.Height, session.Client.Account.ToString(), CallText.NameOf(call)), CliJson.Default.CallDocument,
            [$"Done: {CallText.Of(call)} (block {outcome.Height}, transaction {outcome.Id})."]);
        return ExitCode.Done;
    }

    private static async Task<int> ExecuteAsync(CommandContext context, ParseResult parsed, Call call, CancellationToken cancellation)
    {
        using Session session = context.Open(parsed);
        return await ExecuteAsync(context, parsed, session, call, cancellation);
    }

    private static Command BuildPlain(CommandContext context, string name, string description, Func<Call> call)
    {
        Command command = new(name, $"{description} Final when it ends.");
        command.SetAction((parsed, cancellation) => ExecuteAsync(context, parsed, call(), cancellation));
        return command;
    }

    private static Command BuildAmount(CommandContext context, string name, string description, Func<Balance, Call> call)
    {
        Argument<Balance?> amount = LedgerArguments.Amount();
        Command command = new(name, $"{description} Final when it ends.") { amount };
        command.SetAction((parsed, cancellation) => ExecuteAsync(context, parsed, call(parsed.GetRequiredValue(amount)!.Value), cancellation));
        return command;
    }

    private static Command BuildWithdraw(CommandContext context)
    {
        Option<AccountId?> validator = LedgerArguments.AddressOption(
            "--validator", "Withdraw what has left this validator's pool, instead of your own stake.");
        Command command = new("withdraw", "Make tokens free whose unbonding eras have passed. Final when it ends.") { validator };
        command.SetAction((parsed, cancellation) => ExecuteAsync(
            context, parsed, parsed.GetValue(validator) is { } pool ? new WithdrawNomination(pool) : new Withdraw(), cancellation));
        return command;
    }

    private static Command BuildNominate(CommandContext context)
    {
        Argument<AccountId?> validator = LedgerArguments.Address("validator", "A candidate.");
        Argument<Balance?> amount = LedgerArguments.Amount("How many of your bonded tokens.");
        Command command = new("nominate", "Put bonded tokens into a validator's pool: they earn and suffer with it. Final when it ends.")
        {
            validator, amount,
        };
        command.SetAction((parsed, cancellation) => ExecuteAsync(
            context, parsed, new Nominate(parsed.GetRequiredValue(validator)!.Value, parsed.GetRequiredValue(amount)!.Value), cancellation));
        return command;
    }

    private static Command BuildLeave(CommandContext context)
    {
        Argument<AccountId?> validator = LedgerArguments.Address("validator", "Whose pool.");
        Command command = new(
            "leave",
            "Begin to take all that you have in a validator's pool back; withdraw it when the unbonding eras have passed. Final when it ends.")
        {
            validator,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            AccountId pool = parsed.GetRequiredValue(validator)!.Value;
            using Session session = context.Open(parsed);
            NominationRecord nomination = await session.Client.Chain.FindNominationAsync(session.Client.Account, pool, cancellation)
                ?? throw new CliException("cli.no_nomination", $"You have nothing in the pool of {pool}.", ExitCode.NotFound);
            return await ExecuteAsync(context, parsed, session, new LeaveNomination(pool, nomination.Shares), cancellation);
        });
        return command;
    }

    private static Command BuildValidate(CommandContext context)
    {
        Option<ushort> commission = new("--commission")
        {
            Description = "What you keep of rewards before nominators share, in thousandths.",
            HelpName = "PERMILLE",
        };
        Option<string?> file = ChainFileOption("File of your hash chain's secret; made if it is not there.");
        Option<int> length = new("--chain-length")
        {
            Description = "How many eras a new chain is good for.",
            HelpName = "N",
            DefaultValueFactory = _ => ChainLengthAtFirst,
        };
        Command command = new("validate", "Be a candidate for validator from the next era on, or change how you are one. Final when it ends.")
        {
            commission, file, length,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            int eras = parsed.GetValue(length);
            if (eras is < 1 or > SelectionLimits.HashChainLengthMax)
                throw new CliException("cli.usage", $"--chain-length must be 1 to {SelectionLimits.HashChainLengthMax}.");
            using Session session = context.Open(parsed);
            HashChainSecret secret = HashChainFile.ReadOrMake(ChainFileOf(context, parsed, file), session.Client.Account, eras);
            using HashChain chain = secret.Compute(position: 0);
            return await ExecuteAsync(
                context, parsed, session, new Validate(parsed.GetValue(commission), chain.Commitment.Value, (uint)secret.Length), cancellation);
        });
        return command;
    }

    private static Command BuildReveal(CommandContext context)
    {
        Option<string?> file = ChainFileOption("File of your hash chain's secret.");
        Command command = new("reveal", "Reveal this era's value of your hash chain; your node does it by itself once an era. Final when it ends.")
        {
            file,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            using Session session = context.Open(parsed);
            AccountId account = session.Client.Account;
            HashChainSecret secret = HashChainFile.Read(ChainFileOf(context, parsed, file), account);
            ValidatorRecord validator = await session.Client.Chain.FindValidatorAsync(account, cancellation)
                ?? throw new CliException("cli.no_validator", $"{account} is no validator.", ExitCode.NotFound);
            EraRecord current = await session.Client.Chain.FindAsync<EraRecord>(LedgerKeys.Era, cancellation)
                ?? throw new CessException(ClientErrors.BadAnswer, "The node's state has no era.");

            ulong last = validator.ChainLast;
            ulong era = current.Index;
            if (last < (ulong)secret.Length || era > last || era <= last - (ulong)secret.Length)
                throw new CliException("cli.chain_over", $"The chain has no value for era {era}: it goes up to {last}.", ExitCode.Conflict);
            using HashChain chain = secret.Compute(last - (ulong)secret.Length);
            return await ExecuteAsync(context, parsed, session, new Reveal(chain.RevealAt(era)), cancellation);
        });
        return command;
    }

    private static Command BuildShow(CommandContext context)
    {
        Argument<AccountId?> address = LedgerArguments.OptionalAddress("An account's address. Without it, your own stake is shown.");
        Command command = new("show", "Show what an account has staked, and what it is as a validator.") { address };
        command.SetAction(async (parsed, cancellation) =>
        {
            AccountId? asked = parsed.GetValue(address);
            using Session session = asked is null ? context.Open(parsed) : context.OpenPublic(parsed);
            AccountId account = asked ?? session.Client.Account;
            StakeRecord stake = await session.Client.Chain.FindStakeAsync(account, cancellation) ?? StakeRecord.Empty;
            ValidatorRecord? validator = await session.Client.Chain.FindValidatorAsync(account, cancellation);
            List<string> lines = [$"address   {account}", $"bonded    {stake.Active}"];
            lines.AddRange(stake.Unbonding.Select(chunk => $"unbonding {chunk.Amount}, free from era {chunk.Era} on"));
            if (validator is not null)
                lines.AddRange(
                    [$"validator {validator.Status}, keeps {validator.CommissionPermille} of 1,000", $"pool      {validator.Pool.Tokens}"]);
            context.Report(parsed).Write(
                new StakeDocument(
                    account.ToString(), stake.Active.ToString(),
                    [.. stake.Unbonding.Select(chunk => new PendingDocument(chunk.Amount.ToString(), chunk.Era))],
                    validator?.Status.ToString(), validator?.CommissionPermille, validator?.Pool.Tokens.ToString()),
                CliJson.Default.StakeDocument, lines);
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<string?> ChainFileOption(string description) =>
        new("--chain-file")
        {
            Description = $"{description} [else beside the key, with its name and {HashChainSecret.FileExtension}]",
            HelpName = "FILE",
        };

    private static string ChainFileOf(CommandContext context, ParseResult parsed, Option<string?> file) =>
        parsed.GetValue(file) ?? Path.ChangeExtension(context.Settings.FindKeyFile(parsed, context.Environment), HashChainSecret.FileExtension);
}
