using System.CommandLine;
using Cess.Cli.Output;
using Cess.Client.Chain;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Cli.Commands;

/// <summary>cess account multisig.</summary>
internal static class MultisigCommands
{
    public static Command Build(CommandContext context)
    {
        Command command = new(
            "multisig",
            "Accounts of several keys: make an address, write down a transaction, sign it one after the other or side by side, send it.");
        command.Add(BuildAddress(context));
        command.Add(BuildTransfer(context));
        command.Add(BuildCall(context));
        command.Add(BuildShow(context));
        command.Add(BuildSign(context));
        command.Add(BuildSend(context));
        return command;
    }

    private static Command BuildAddress(CommandContext context)
    {
        PolicyOptions policy = new();
        Command command = new(
            "address", "Show the address of an account of several keys. Asks no node; the account begins when somebody sends it tokens.");
        policy.AddTo(command);
        command.SetAction(parsed =>
        {
            MultisigPolicy of = policy.Read(parsed);
            string[] members = [.. of.Members.Select(member => member.ToString())];
            context.Report(parsed).Write(
                new PolicyDocument(of.ToAccountId().ToString(), of.Threshold, members), CliJson.Default.PolicyDocument,
                [
                    $"address   {of.ToAccountId()}",
                    $"signed by {of.Threshold} of {members.Length}",
                    .. members.Select(member => $"member    {member}"),
                ]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command BuildTransfer(CommandContext context)
    {
        Argument<AccountId?> to = LedgerArguments.Address("address", "Who receives the tokens.");
        Argument<Balance?> amount = LedgerArguments.Amount();
        Command command = new("transfer", "Write down a payment of the account, for its members to sign.") { to, amount };
        AddDraft(context, command, parsed => new Transfer(parsed.GetRequiredValue(to)!.Value, parsed.GetRequiredValue(amount)!.Value));
        return command;
    }

    private static Command BuildCall(CommandContext context)
    {
        Argument<Call?> call = new("call")
        {
            Description = "A call's bytes in hexadecimal digits, as docs/format/ledger.md has them.",
            CustomParser = argument =>
            {
                try
                {
                    return Scale.Decode<Call>(Convert.FromHexString(argument.Tokens[0].Value));
                }
                catch (Exception e) when (e is FormatException or ScaleException)
                {
                    argument.AddError($"That is no call: {e.Message}");
                    return null;
                }
            },
        };
        Command command = new("call", "Write down any call of the account, for its members to sign.") { call };
        AddDraft(context, command, parsed => parsed.GetRequiredValue(call)!);
        return command;
    }

    private static Command BuildShow(CommandContext context)
    {
        Argument<string> file = FileArgument();
        Command command = new("show", "Show what a file asks for and who has signed it. Asks no node.") { file };
        command.SetAction(parsed =>
        {
            Show(context, parsed, MultisigFile.Read(parsed.GetRequiredValue(file)));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command BuildSign(CommandContext context)
    {
        Argument<string> file = FileArgument();
        Command command = new("sign", "Add your signature to a file. Look first at what it asks for: show.") { file };
        command.SetAction(async (parsed, cancellation) =>
        {
            string path = parsed.GetRequiredValue(file);
            MultisigTransaction transaction = MultisigFile.Read(path);
            using Session session = context.Open(parsed);
            transaction = await session.Client.Chain.SignAsync(transaction, cancellation);
            MultisigFile.Write(path, transaction);
            Show(context, parsed, transaction);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command BuildSend(CommandContext context)
    {
        Argument<string[]> files = new("files")
        {
            Description = "One file with all signatures, or copies that have them together.",
            Arity = ArgumentArity.OneOrMore,
        };
        Command command = new("send", "Send what as many members have signed as have to. Final when it ends.") { files };
        command.SetAction(async (parsed, cancellation) =>
        {
            MultisigTransaction transaction = parsed.GetRequiredValue(files).Select(MultisigFile.Read).Aggregate((all, next) => all.Merge(next));
            using Session session = context.OpenPublic(parsed);
            OutcomeMessage outcome = await session.Client.Chain.SendAsync(transaction, cancellation);
            context.Report(parsed).Write(
                new CallDocument(outcome.Id, outcome.Height, transaction.Unsigned.Account.ToString(), CallText.NameOf(transaction.Unsigned.Call)),
                CliJson.Default.CallDocument,
                [$"Done: {CallText.Of(transaction.Unsigned.Call)} (block {outcome.Height}, transaction {outcome.Id})."]);
            return ExitCode.Done;
        });
        return command;
    }

    private static void AddDraft(CommandContext context, Command command, Func<ParseResult, Call> call)
    {
        PolicyOptions policy = new();
        policy.AddTo(command);
        Option<string> file = new("--out") { Description = "Where to write the transaction.", HelpName = "FILE", Required = true };
        Option<ulong> blocks = new("--blocks")
        {
            Description = "For how many blocks from now it can be sent.",
            HelpName = "N",
            DefaultValueFactory = _ => Client.ClientLimits.MultisigValidity,
        };
        command.Add(file);
        command.Add(blocks);
        command.SetAction(async (parsed, cancellation) =>
        {
            using Session session = context.OpenPublic(parsed);
            MultisigTransaction draft = await session.Client.Chain.DraftAsync(
                policy.Read(parsed), call(parsed), parsed.GetValue(blocks), cancellation);
            MultisigFile.Write(parsed.GetRequiredValue(file), draft);
            Show(context, parsed, draft);
            return ExitCode.Done;
        });
    }

    private static void Show(CommandContext context, ParseResult parsed, MultisigTransaction transaction)
    {
        UnsignedTransaction asked = transaction.Unsigned;
        string[] signers = [.. transaction.Signers.Select(signer => signer.ToString())];
        context.Report(parsed).Write(
            new MultisigDocument(
                transaction.Id.ToString(), asked.Account.ToString(), asked.Nonce, asked.ValidUntil, asked.Tip.ToString(), CallText.Of(asked.Call),
                signers,
                transaction.Missing),
            CliJson.Default.MultisigDocument,
            [
                $"id        {transaction.Id}",
                $"account   {asked.Account}, transaction {asked.Nonce}",
                $"asks for  {CallText.Of(asked.Call)}",
                $"tip       {asked.Tip}",
                $"until     block {asked.ValidUntil}",
                .. signers.Select(signer => $"signed by {signer}"),
                transaction.Missing == 0 ? "complete" : $"missing   {Human.Count(transaction.Missing, "signature", "signatures")}",
            ]);
    }

    private static Argument<string> FileArgument() => new("file") { Description = "A transaction of several keys." };

    /// <summary>The options that name an account of several keys.</summary>
    private sealed class PolicyOptions
    {
        private readonly Option<int> _threshold = new("--threshold")
        {
            Description = "How many members have to sign.",
            HelpName = "M",
            Required = true,
        };

        private readonly Option<PublicKey[]?> _members = LedgerArguments.Keys(
            "--member", "A member's public key, as 'cess account key' shows it; 1 to 16 of them.");

        public void AddTo(Command command)
        {
            command.Add(_threshold);
            command.Add(_members);
        }

        public MultisigPolicy Read(ParseResult parsed)
        {
            try
            {
                return MultisigPolicy.Of(parsed.GetValue(_threshold), parsed.GetRequiredValue(_members)!);
            }
            catch (ArgumentException e)
            {
                throw new CliException("cli.bad_policy", e.Message);
            }
        }
    }
}
