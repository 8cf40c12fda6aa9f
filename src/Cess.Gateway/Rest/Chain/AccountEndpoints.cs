using System.Globalization;
using Cess.Gateway.Rest.Chain.History;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Primitives;
using Cess.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cess.Gateway.Rest.Chain;

/// <summary>Accounts at the final head, and the transactions that concern them.</summary>
internal static class AccountEndpoints
{
    private const int PageTransactions = 10;

    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapGet("/accounts/{address}", Get).WithSummary("An account at the final head")
            .Produces<AccountMessage>().Produces<ErrorMessage>(StatusCodes.Status404NotFound);
        v1.MapGet("/accounts/{address}/transactions", GetTransactionsAsync)
            .WithSummary("Final transactions that an account sent (role=sender), is party to (party), or either (any), the newest first, or those before the next of another page")
            .Produces<TransactionPage>().Produces<ErrorMessage>(StatusCodes.Status400BadRequest).Produces<ErrorMessage>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> GetTransactionsAsync(HttpRequest request, FinalTransactions transactions, string address)
    {
        AccountId id = Parse(address);
        int limit = RestQuery.Limit(request, PageTransactions, WireLimits.HistoryPageMax);
        AccountTransactions page = await transactions.FindOfAsync(id, Role(request), Before(request), limit)
            ?? throw new RestException(WireErrors.Unavailable, "This node keeps no history of transactions, or has not opened it yet.");
        return JsonAnswer.Of(
            new TransactionPage(
                [.. page.Transactions.Select(found => BlockMessages.Of(found.Block, found.Index, id))],
                page.Height,
                page.Next is { } next ? string.Create(CultureInfo.InvariantCulture, $"{next.Height}.{next.Index}") : null),
            WireJson.Readable.TransactionPage);
    }

    private static AccountRole Role(HttpRequest request)
    {
        if (RestQuery.One(request, "role") is not { } text)
            return AccountRole.Sender;
        return AccountRoles.TryParse(text, out AccountRole role)
            ? role
            : throw new RestException(WireErrors.Malformed, "role must be sender, party or any.");
    }

    private static TransactionPlace? Before(HttpRequest request)
    {
        if (RestQuery.One(request, "before") is not { } text)
            return null;
        return text.Split('.') is [var height, var index]
            && ulong.TryParse(height, NumberStyles.None, CultureInfo.InvariantCulture, out ulong block) && block <= HistoryEntry.HeightMax
            && ushort.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out ushort place)
            ? new TransactionPlace(block, place)
            : throw new RestException(WireErrors.Malformed, "before must be the next of another page.");
    }

    private static AccountId Parse(string address) => AccountId.TryParse(address, out AccountId id, out AddressError error)
        ? id
        : throw new RestException(WireErrors.Malformed, $"That is no account's address: {error}.");

    private static IResult Get(ILedgerReader ledger, string address)
    {
        AccountId id = Parse(address);
        LedgerState head = ledger.Head;
        AccountRecord account = head.Account(id);
        if (account == AccountRecord.Empty)
            throw new RestException(WireErrors.AccountNotFound, $"Account {id} does not exist on chain: it has never received a token.");

        return JsonAnswer.Of(
            new AccountMessage(
                id.ToString(), account.Free.ToString(), account.Reserved.ToString(), account.Nonce, account.Key is not null, head.Height,
                account.Key?.ToArray()),
            WireJson.Readable.AccountMessage);
    }
}
