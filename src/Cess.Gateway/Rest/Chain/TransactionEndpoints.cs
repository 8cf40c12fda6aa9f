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
    private static readonly string[] s_nonceUsed = [TransactionErrors.NonceUsed, "Chain.NonceUsed"];

    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapGet("/transactions/{id}", GetAsync).WithSummary("A transaction in a final block, or on its way there")
            .WithDescription("status: pending, included (in a block that is not final yet), finalised, failed, or rejected")
            .Produces<TransactionMessage>().Produces<ErrorMessage>(StatusCodes.Status404NotFound);
        v1.MapPost("/transactions", SubmitAsync)
            .WithSummary("Submits a SCALE vector of signed transactions; answers once each is accepted or refused, with wait=final once it is final")
            .Accepts<byte[]>(RequestBody.Binary).Produces<SubmissionMessage>();
    }

    private static async Task<IResult> GetAsync(FinalTransactions transactions, INodeGrains grains, string id)
    {
        if (!Hash256.TryParse(id, out Hash256 hash))
            throw new RestException(WireErrors.Malformed, "A transaction's id has 64 hexadecimal digits.");

        // Asked first: a transaction leaves the pool before it is in the index, not after.
        TransactionOutcome? pending = await grains.FindPendingAsync(hash);
        if (await transactions.FindAsync(hash) is { } found)
            return JsonAnswer.Of(BlockMessages.Of(found.Block, found.Index), WireJson.Readable.TransactionMessage);

        return pending is null
            ? throw new RestException(WireErrors.TransactionNotFound, $"Transaction {id} is in no final block that this node indexes, and does not wait for one.")
            : JsonAnswer.Of(
                new TransactionMessage(
                    hash,
                    pending.Status switch { TransactionStatus.Pending => "pending", TransactionStatus.Included => "included", _ => "rejected" },
                    pending.Status == TransactionStatus.Included ? pending.Height : null,
                    Code: pending.ErrorCode,
                    Message: pending.ErrorMessage),
                WireJson.Readable.TransactionMessage);
    }

    private static async Task<IResult> SubmitAsync(HttpContext context, FinalTransactions transactions, INodeGrains grains)
    {
        bool isFinal = RestQuery.IsSecond(context.Request, "wait", "accepted", "final");
        byte[] body = await RequestBody.ReadBinaryAsync(context, RestLimits.SubmissionBytesMax);
        List<ReadOnlyMemory<byte>> sent = Split(body);
        IReadOnlyList<TransactionOutcome> outcomes = await grains.SubmitAsync(sent, isFinal ? SubmissionGoal.Final : SubmissionGoal.Accepted);
        if (outcomes.All(outcome => outcome.ErrorCode == TransactionErrors.PoolFull))
            throw new RestException(WireErrors.PoolFull, outcomes[0].ErrorMessage ?? WireErrors.PoolFull.Meaning);
        OutcomeMessage[] messages = [.. outcomes.Select(ToMessage)];
        await RecogniseAsync(transactions, sent, messages);
        return JsonAnswer.Of(new SubmissionMessage(messages), WireJson.Readable.SubmissionMessage);
    }

    /// <summary>
    /// Whoever sends a transaction again that is final is told so. Only of the very bytes: another that was made just so with the same key has the
    /// same id.
    /// </summary>
    private static async Task RecogniseAsync(FinalTransactions transactions, List<ReadOnlyMemory<byte>> sent, OutcomeMessage[] messages)
    {
        BlockRecord? known = null;
        int sought = 0;
        for (int i = 0; i < messages.Length && sought < RestLimits.RepetitionsSoughtMax; i++)
        {
            if (!s_nonceUsed.Contains(messages[i].Code) || !Hash256.TryParse(messages[i].Id, out Hash256 id))
                continue;
            FinalTransaction? found = await transactions.FindAsync(id, known);
            if (found is null || !ReferenceEquals(found.Value.Block, known))
                sought++;
            if (found is not { } place)
                continue;
            known = place.Block;
            if (!place.Transaction.Bytes.Span.SequenceEqual(sent[i].Span))
                continue;
            TransactionMessage message = BlockMessages.Of(place.Block, place.Index);
            messages[i] = new OutcomeMessage(messages[i].Id, message.Status, message.Height, message.Code, message.Message);
        }
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
            TransactionStatus.Pending or TransactionStatus.Included => "accepted",
            _ => "rejected",
        },
        outcome.Status is TransactionStatus.Finalised or TransactionStatus.Failed ? outcome.Height : null,
        outcome.ErrorCode,
        outcome.ErrorMessage);
}
