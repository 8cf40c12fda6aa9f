using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Primitives;
using Cess.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cess.Gateway.Rest.Chain;

/// <summary>Accounts at the final head.</summary>
internal static class AccountEndpoints
{
    public static void Map(RouteGroupBuilder v1) =>
        v1.MapGet("/accounts/{address}", Get).WithSummary("An account at the final head")
            .Produces<AccountMessage>().Produces<ErrorMessage>(StatusCodes.Status404NotFound);

    private static IResult Get(ILedgerReader ledger, string address)
    {
        if (!AccountId.TryParse(address, out AccountId id, out AddressError error))
            throw new RestException(WireErrors.Malformed, $"That is no account's address: {error}.");

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
