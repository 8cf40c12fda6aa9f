using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Cess.Client.Chain;
using Cess.Ledger.Modules.Accounts;
using Cess.Primitives;

namespace Cess.Cli.Commands;

/// <summary>Arguments of the commands that speak to the ledger.</summary>
internal static class LedgerArguments
{
    public static Argument<AccountId?> Address(string name, string description) =>
        new(name) { Description = description, CustomParser = ParseAddress };

    public static Argument<AccountId?> OptionalAddress(string description) =>
        new("address") { Description = description, CustomParser = ParseAddress, Arity = ArgumentArity.ZeroOrOne };

    public static Argument<Balance?> Amount(string description = "How many tokens, such as 12.5; up to 18 decimals.") =>
        new("amount") { Description = description, CustomParser = ParseAmount };

    public static Option<Balance?> AmountOption(string name, string description) =>
        new(name) { Description = description, CustomParser = ParseAmount, HelpName = "TOKENS", Required = true };

    public static Option<AccountId?> AddressOption(string name, string description) =>
        new(name) { Description = description, CustomParser = ParseAddress, HelpName = "ADDRESS" };

    public static Option<PublicKey[]?> Keys(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "KEY",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.Select(token => ParseKey(result, token.Value))],
    };

    public static Option<ImmutableArray<CallScope>?> Scope(string name, string description) =>
        new(name) { Description = description, HelpName = "CALLS", Required = true, CustomParser = ParseScope };

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

    private static PublicKey ParseKey(ArgumentResult argument, string text)
    {
        if (PublicKey.TryParse(text, out PublicKey key))
            return key;
        argument.AddError($"'{text}' is no public key: 66 hexadecimal digits, as 'cess account key' shows them.");
        return default;
    }

    private static ImmutableArray<CallScope>? ParseScope(ArgumentResult argument)
    {
        if (CallScopes.TryParse(argument.Tokens[0].Value, out ImmutableArray<CallScope> scope, out string? unknown))
            return scope;
        argument.AddError($"'{unknown}' is nothing that a delegate can do: give modules or calls, such as Files,Balances.Transfer.");
        return null;
    }
}
