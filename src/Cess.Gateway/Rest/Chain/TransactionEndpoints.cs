using Cess.Grains;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Primitives;
using Cess.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cess.Gateway.Rest.Chain;

/// <summary>Transactions: those in blocks, and those on their way there. They carry their own signatures, so requests need none.</summary>
internal static class TransactionEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapGet("/transactions/{id}", GetAsync).WithSummary("A transaction in a final block")
            .Produces<TransactionMessage>().Produces<ErrorMessage>(StatusCodes.Status404NotFound);
        v1.MapPost("/transactions", SubmitAsync)
            .WithSummary("Submits a SCALE vector of signed transactions; answers once each is final or refused")
            .Accepts<byte[]>(RequestBody.Binary).Produces<SubmissionMessage>();
    }

    private static async Task<IResult> GetAsync(ChainIndex index, INodeGrains grains, string id)
    {
        if (!Hash256.TryParse(id, out Hash256 hash))
            throw new RestException(WireErrors.Malformed, "A transaction's id has 64 hexadecimal digits.");
        if (await index.FindTransactionAsync(hash) is not { } place || await grains.GetBlockAsync(place.Height) is not { } stored)
            throw new RestException(WireErrors.TransactionNotFound, $"No final block that this node indexes holds transaction {id}.");

        BlockRecord record = Scale.Decode<BlockRecord>(stored.Record.Span);
        return JsonAnswer.Of(BlockMessages.Of(record, place.Index), WireJson.Readable.TransactionMessage);
    }

    private static async Task<IResult> SubmitAsync(HttpContext context, INodeGrains grains)
    {
        byte[] body = await RequestBody.ReadBinaryAsync(context, RestLimits.SubmissionBytesMax);
        IReadOnlyList<TransactionOutcome> outcomes = await grains.SubmitAsync(Split(body));
        return JsonAnswer.Of(new SubmissionMessage([.. outcomes.Select(ToMessage)]), WireJson.Readable.SubmissionMessage);
    }

    /// <summary>Takes the vector apart without copying. What the entries say is the intake's matter, which answers for each.</summary>
    private static List<ReadOnlyMemory<byte>> Split(byte[] body)
    {
        try
        {
            ScaleReader reader = new(body);
            int count = reader.ReadCount(WireLimits.TransactionsPerSubmissionMax);
            if (count == 0)
                throw new RestException(WireErrors.Malformed, "A submission has at least one transaction.");

            List<ReadOnlyMemory<byte>> transactions = new(count);
            for (int i = 0; i < count; i++)
            {
                int length = reader.ReadBytes(LedgerLimits.TransactionBytesMax).Length;
                transactions.Add(body.AsMemory(reader.Offset - length, length));
            }

            reader.EnsureEnd();
            return transactions;
        }
        catch (ScaleException e)
        {
            throw new RestException(
                WireErrors.Malformed,
                $"The body is not a SCALE vector of 1 to {WireLimits.TransactionsPerSubmissionMax} transactions: {e.Message}", e);
        }
    }

    private static OutcomeMessage ToMessage(TransactionOutcome outcome) => new(
        outcome.Id,
        outcome.Status switch
        {
            TransactionStatus.Finalised => "finalised",
            TransactionStatus.Failed => "failed",
            _ => "rejected",
        },
        outcome.Status == TransactionStatus.Rejected ? null : outcome.Height,
        outcome.ErrorCode,
        outcome.ErrorMessage);
}
