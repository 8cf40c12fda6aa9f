using System.CommandLine;
using Cess.Client;
using Cess.Ledger.Modules.Balances;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Cli.Commands;

/// <summary>cess account and cess transfer.</summary>
internal static class AccountCommands
{
    public static Command BuildAccount(CommandContext context)
    {
        Argument<AccountId?> address = LedgerArguments.OptionalAddress("An account's address. Without it, your own account is shown.");
        Command command = new("account", "Show an account, or do something with your own: another key, delegates, several keys.") { address };
        command.SetAction((parsed, cancellation) => ShowAsync(context, parsed, parsed.GetValue(address), cancellation));
        command.Add(BuildShow(context));
        command.Add(TransactionsCommand.Build(context));
        command.Add(BuildKey(context));
        command.Add(BuildTransfer(context));
        command.Add(BuildRotate(context));
        command.Add(DelegateCommands.Build(context));
        command.Add(MultisigCommands.Build(context));
        return command;
    }

    public static Command BuildTransfer(CommandContext context)
    {
        Argument<AccountId?> to = LedgerArguments.Address("address", "Who receives the tokens.");
        Argument<Balance?> amount = LedgerArguments.Amount();
        Option<AccountId?> payer = LedgerArguments.AddressOption("--as", "Pay from this account, which has made you its delegate. You pay the fee.");
        Command command = new("transfer", "Send tokens to another account. Final when it ends.") { to, amount, payer };
        command.SetAction(async (parsed, cancellation) =>
        {
            AccountId receiver = parsed.GetRequiredValue(to)!.Value;
            Balance tokens = parsed.GetRequiredValue(amount)!.Value;
            using Session session = context.Open(parsed);
            AccountId from = parsed.GetValue(payer) ?? session.Client.Account;
            OutcomeMessage outcome = from == session.Client.Account
                ? await session.Client.TransferAsync(receiver, tokens, cancellation)
                : await session.Client.Chain.ActAsAsync(from, new Transfer(receiver, tokens), cancellation);
            context.Report(parsed).Write(
                new PaymentDocument(outcome.Id, outcome.Height, from.ToString(), receiver.ToString(), tokens.ToString()),
                CliJson.Default.PaymentDocument,
                [$"Sent {tokens} to {receiver} (block {outcome.Height}, transaction {outcome.Id})."]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command BuildShow(CommandContext context)
    {
        Argument<AccountId?> address = LedgerArguments.OptionalAddress("An account's address. Without it, your own account is shown.");
        Command command = new("show", "Show an account: address, balance, key, and how many transactions it has made.") { address };
        command.SetAction((parsed, cancellation) => ShowAsync(context, parsed, parsed.GetValue(address), cancellation));
        return command;
    }

    private static async Task<int> ShowAsync(CommandContext context, ParseResult parsed, AccountId? asked, CancellationToken cancellation)
    {
        using Session session = asked is null ? context.Open(parsed) : context.OpenPublic(parsed);
        AccountMessage account = await session.Client.GetAccountAsync(asked ?? session.Client.Account, cancellation);
        List<string> lines =
        [
            $"address   {account.Address}",
            $"free      {account.Free}",
            $"reserved  {account.Reserved}",
            $"nonce     {account.Nonce}",
        ];
        if (account.Key is { } key)
            lines.Add($"key       {Convert.ToHexStringLower(key)}");
        context.Report(parsed).Write(account, WireJson.Readable.AccountMessage, lines);
        return ExitCode.Done;
    }

    private static Command BuildKey(CommandContext context)
    {
        Command command = new("key", "Show your public key and the address that comes from it. Asks no node.");
        command.SetAction(parsed =>
        {
            using PrivateKey key = context.Settings.OpenKey(parsed, context.Environment);
            string address = key.PublicKey.ToAccountId().ToString();
            context.Report(parsed).Write(
                new KeyDocument(key.PublicKey.ToString(), address), CliJson.Default.KeyDocument,
                [$"key       {key.PublicKey}", $"address   {address}"]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command BuildRotate(CommandContext context)
    {
        Option<string> file = new("--new-key")
        {
            Description = "File of the new key, under the same passphrase; made if it is not there. "
                + "Keep the old one: nothing else opens the buckets of its time.",
            HelpName = "FILE",
            Required = true,
        };
        Command command = new(
            "rotate-key", "Give your account another key. It keeps its address; the old key signs nothing any more. Final when it ends.") { file };
        command.SetAction(async (parsed, cancellation) =>
        {
            string path = parsed.GetRequiredValue(file);
            using Session session = context.Open(parsed);
            // Written first: a key that is on the chain and nowhere else would be the account's end.
            using PrivateKey key = context.Settings.OpenOrMakeKey(parsed, context.Environment, path);
            OutcomeMessage outcome = await session.Client.Chain.RotateKeyAsync(key, cancellation);
            string account = session.Client.Account.ToString();
            context.Report(parsed).Write(
                new RotationDocument(outcome.Id, outcome.Height, account, key.PublicKey.ToString(), path), CliJson.Default.RotationDocument,
                [
                    $"Account {account} has key {key.PublicKey} now (block {outcome.Height}, transaction {outcome.Id}).",
                    $"From now on: --key {path} --account {account} --former-key with the old key.",
                ]);
            return ExitCode.Done;
        });
        return command;
    }
}
