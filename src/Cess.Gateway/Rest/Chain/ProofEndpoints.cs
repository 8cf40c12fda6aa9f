using System.Globalization;
using Cess.Gateway.Rest.Chain.History;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.State;
using Cess.Primitives;
using Cess.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cess.Gateway.Rest.Chain;

/// <summary>What a light client needs, in SCALE: it trusts the hash of a genesis, and checks the rest. See docs/light-client.md.</summary>
internal static class ProofEndpoints
{
    private const int PageHeaders = 20;

    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapGet("/genesis", GetGenesis).WithSummary("The chain's genesis, in SCALE")
            .Produces<byte[]>(contentType: RequestBody.Binary);
        v1.MapGet("/headers", ListHeadersAsync)
            .WithSummary("Final headers with their certificates, ascending, in SCALE; the newest unless from says where to begin")
            .Produces<byte[]>(contentType: RequestBody.Binary);
        v1.MapGet("/eras/{era}/handover", GetHandoverAsync).WithSummary("What leads a light client out of an era that is over, in SCALE")
            .Produces<byte[]>(contentType: RequestBody.Binary).Produces<ErrorMessage>(StatusCodes.Status404NotFound);
        v1.MapGet("/proofs", ProveRecordsAsync).WithSummary("Records of the newest state by their keys, or their absence, with proof, in SCALE")
            .Produces<byte[]>(contentType: RequestBody.Binary);
        v1.MapGet("/transactions/{id}/proof", ProveTransactionAsync).WithSummary("A final transaction and its receipt with proof, in SCALE")
            .Produces<byte[]>(contentType: RequestBody.Binary).Produces<ErrorMessage>(StatusCodes.Status404NotFound);
        v1.MapGet("/blocks/{height}/events/proof", ProveStartEventsAsync)
            .WithSummary("What the start of a final block changed, before its first transaction, with proof, in SCALE")
            .Produces<byte[]>(contentType: RequestBody.Binary).Produces<ErrorMessage>(StatusCodes.Status404NotFound)
            .Produces<ErrorMessage>(StatusCodes.Status410Gone);
    }

    private static FileContentHttpResult GetGenesis(RestOptions options) => TypedResults.Bytes(options.Genesis, RequestBody.Binary);

    private static async Task<IResult> ListHeadersAsync(HttpRequest request, ILedgerReader ledger, IBlockArchive archive, INodeGrains grains)
    {
        ulong count = (ulong)RestQuery.Limit(request, PageHeaders, RestLimits.BlocksPerPageMax);
        ulong head = ledger.Head.Height;
        ulong first = RestQuery.Height(request, "from") ?? Math.Max(head + 1 > count ? head + 1 - count : 1, archive.FirstHeight());
        archive.RequireStored(Math.Max(first, 1));
        ulong end = Math.Min(Math.Max(first, 1) + count, head + 1);
        List<BlockRecord> records = [];
        for (ulong height = Math.Max(first, 1); height < end; height++)
            records.Add(await ReadAsync(grains, height));

        using ScaleWriter writer = new();
        writer.WriteCount(records.Count);
        foreach (BlockRecord record in records)
        {
            writer.Write(record.Block.Header);
            writer.WriteOption(record.Certificate);
        }

        return TypedResults.Bytes(writer.ToArray(), RequestBody.Binary);
    }

    private static async Task<IResult> GetHandoverAsync(INodeGrains grains, string era)
    {
        ulong index = ulong.TryParse(era, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            && number <= long.MaxValue
            ? number
            : throw new RestException(WireErrors.Malformed, "An era is named by its index.");
        return await grains.GetHandoverAsync(index) is { } handover
            ? TypedResults.Bytes(handover.Bytes, RequestBody.Binary)
            : throw new RestException(WireErrors.HandoverNotFound, $"Era {era} is not over, or has just ended.");
    }

    private static async Task<IResult> ProveRecordsAsync(HttpRequest request, ILedgerReader ledger, INodeGrains grains)
    {
        StateKey[] keys = Keys(request);
        LedgerState head = ledger.Head;
        FinalityProof finality = await FinalityAsync(ledger, grains, head.Height);
        return TypedResults.Bytes(Scale.Encode(RecordsProof.Of(head, finality, keys)), RequestBody.Binary);
    }

    private static async Task<IResult> ProveTransactionAsync(
        FinalTransactions transactions, ILedgerReader ledger, INodeGrains grains, string id)
    {
        if (!Hash256.TryParse(id, out Hash256 hash))
            throw new RestException(WireErrors.Malformed, "A transaction's id has 64 hexadecimal digits.");
        if (await transactions.FindAsync(hash) is not { } found)
            throw new RestException(WireErrors.TransactionNotFound, $"Transaction {id} is in no final block that this node indexes.");

        FinalityProof finality = await FinalityAsync(ledger, grains, found.Place.Height);
        return TypedResults.Bytes(Scale.Encode(TransactionProof.Of(found.Block, finality, found.Index)), RequestBody.Binary);
    }

    private static async Task<IResult> ProveStartEventsAsync(ILedgerReader ledger, IBlockArchive archive, INodeGrains grains, string height)
    {
        if (!ulong.TryParse(height, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) || number == 0 || number > ledger.Head.Height)
            throw new RestException(WireErrors.BlockNotFound, $"There is no such final block: give a height from 1 to {ledger.Head.Height}.");
        archive.RequireStored(number);
        FinalityProof finality = await FinalityAsync(ledger, grains, number);
        return TypedResults.Bytes(Scale.Encode(StartEventsProof.Of(await ReadAsync(grains, number), finality)), RequestBody.Binary);
    }

    private static StateKey[] Keys(HttpRequest request)
    {
        string?[] texts = [.. request.Query["key"]];
        if (texts.Length is 0 or > WireLimits.ProofKeysMax)
            throw new RestException(WireErrors.Malformed, $"Give 1 to {WireLimits.ProofKeysMax} times key=, each the 64 hexadecimal digits of a key of the state.");
        return [.. texts.Select(text => Hash256.TryParse(text, out Hash256 key)
            ? new StateKey(key)
            : throw new RestException(WireErrors.Malformed, "A key of the state has 64 hexadecimal digits."))];
    }

    /// <summary>From a header to the next one that has a certificate, most often itself.</summary>
    private static async Task<FinalityProof> FinalityAsync(ILedgerReader ledger, INodeGrains grains, ulong height)
    {
        List<BlockHeader> headers = [];
        for (ulong last = Math.Min(ledger.Head.Height, height + RestLimits.ProofHeadersMax - 1); height > 0 && height <= last; height++)
        {
            BlockRecord record = await ReadAsync(grains, height);
            headers.Add(record.Block.Header);
            if (record.Certificate is { } certificate)
                return new FinalityProof([.. headers], certificate);
        }

        throw new RestException(WireErrors.Unavailable, "No certificate is there yet; ask again when there is a block.");
    }

    private static async Task<BlockRecord> ReadAsync(INodeGrains grains, ulong height) => await grains.GetBlockAsync(height) is { } stored
        ? Scale.Decode<BlockRecord>(stored.Record.Span)
        : throw new InvalidOperationException($"Block {height} is final, but cannot be read.");
}
