using System.CommandLine;
using System.CommandLine.Parsing;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Cli.Commands;

/// <summary>cess account and cess transfer.</summary>
internal static class AccountCommands
{
    public static Command BuildAccount(CommandContext context)
    {
        Argument<AccountId?> address = new("address")
        {
            Description = "An account's address. Without it, your own account is shown.",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = argument => ParseAddress(argument),
        };
        Command command = new("account", "Show an account: address, balance, and how many transactions it has made.") { address };
        command.SetAction(async (parsed, cancellation) =>
        {
            AccountId? asked = parsed.GetValue(address);
            using Session session = asked is null ? context.Open(parsed) : context.OpenPublic(parsed);
            AccountMessage account = await session.Client.GetAccountAsync(asked ?? session.Client.Account, cancellation);
            context.Report(parsed).Write(
                account, WireJson.Readable.AccountMessage,
                [
                    $"address   {account.Address}",
                    $"free      {account.Free}",
                    $"reserved  {account.Reserved}",
                    $"nonce     {account.Nonce}",
                ]);
            return ExitCode.Done;
        });
        return command;
    }

    public static Command BuildTransfer(CommandContext context)
    {
        Argument<AccountId?> to = new("address") { Description = "Who receives the tokens.", CustomParser = argument => ParseAddress(argument) };
        Argument<Balance?> amount = new("amount") { Description = "How many tokens, such as 12.5; up to 18 decimals.", CustomParser = argument => ParseAmount(argument) };
        Command command = new("transfer", "Send tokens to another account. Final when it ends.") { to, amount };
        command.SetAction(async (parsed, cancellation) =>
        {
            AccountId receiver = parsed.GetRequiredValue(to)!.Value;
            Balance tokens = parsed.GetRequiredValue(amount)!.Value;
            using Session session = context.Open(parsed);
            OutcomeMessage outcome = await session.Client.TransferAsync(receiver, tokens, cancellation);
            context.Report(parsed).Write(
                new PaymentDocument(outcome.Id, outcome.Height, session.Client.Account.ToString(), receiver.ToString(), tokens.ToString()),
                CliJson.Default.PaymentDocument,
                [$"Sent {tokens} to {receiver} (block {outcome.Height}, transaction {outcome.Id})."]);
            return ExitCode.Done;
        });
        return command;
    }

    private static AccountId? ParseAddress(ArgumentResult argument)
    {
        if (AccountId.TryParse(argument.Tokens[0].Value, out AccountId account, out AddressError error))
            return account;
        argument.AddError($"'{argument.Tokens[0].Value}' is no address ({error}).");
        return null;
    }

    private static Balance? ParseAmount(ArgumentResult argument)
    {
        if (Balance.TryParse(argument.Tokens[0].Value, out Balance amount, out BalanceError error))
            return amount;
        argument.AddError($"'{argument.Tokens[0].Value}' is no amount of tokens such as 12.5 ({error}).");
        return null;
    }
}
