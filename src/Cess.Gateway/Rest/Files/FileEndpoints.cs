using Cess.Gateway.Rest.Signing;
using Cess.Gateway.Rest.Uploads;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;
using Cess.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cess.Gateway.Rest.Files;

/// <summary>Files: their records, for everybody, and the ciphertext of their segments, for their owners.</summary>
internal static class FileEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapGet("/files/{id}", Get).WithSummary("A file's record on chain")
            .Produces<FileMessage>().Produces<ErrorMessage>(StatusCodes.Status404NotFound);
        v1.MapGet("/files/{id}/parts/{part:int}/segments/{segment:int}", ReadAsync)
            .WithSummary("Ciphertext of a segment, whole or a range; with check=1 its fragments are compared with their ids first")
            .RequireSignature()
            .Produces<byte[]>(StatusCodes.Status200OK, RequestBody.Binary).Produces<byte[]>(StatusCodes.Status206PartialContent, RequestBody.Binary)
            .Produces<ErrorMessage>(StatusCodes.Status404NotFound);
    }

    private static IResult Get(ILedgerReader ledger, string id)
    {
        LedgerState head = ledger.Head;
        FileId fileId = ParseId(id);
        FileRecord file = head.File(fileId) ?? throw NotFound(id);
        return JsonAnswer.Of(FileMessages.Of(fileId, file, head.Deal(fileId)), WireJson.Readable.FileMessage);
    }

    private static async Task ReadAsync(HttpContext context, ILedgerReader ledger, ISegmentStore segments, string id, int part, int segment)
    {
        LedgerState head = ledger.Head;
        FileId fileId = ParseId(id);
        if (head.File(fileId) is not { } file || !head.IsActive(fileId))
            throw NotFound(id);
        if (file.Owner != context.Caller())
            throw new RestException(WireErrors.Denied, $"File {id} belongs to another account.");

        int length = LengthOf(file.Declaration, part, segment);
        bool mustCheck = RestQuery.Switch(context.Request, "check");
        ByteRange range = ByteRange.Of(context.Request, length);
        HttpResponse response = context.Response;
        response.ContentType = RequestBody.Binary;
        response.ContentLength = range.Length;
        response.Headers.AcceptRanges = "bytes";
        if (range.IsPartial)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {range.Offset}-{range.Offset + range.Length - 1}/{length}";
        }

        await segments.ReadAsync(
            fileId, part, segment, range.Offset, range.Length, mustCheck ? SegmentCheck.AgainstIds : SegmentCheck.None,
            response.Body, context.RequestAborted);
    }

    private static int LengthOf(FileDeclaration declaration, int part, int segment)
    {
        if (part < 0 || part >= declaration.Parts.Length)
            throw new RestException(WireErrors.SegmentNotFound, $"The file has parts 0 to {declaration.Parts.Length - 1}, not {part}.");
        int count = declaration.Parts[part].Segments.Length;
        return segment >= 0 && segment < count
            ? checked((int)declaration.Parts[part].Segments[segment].Length)
            : throw new RestException(WireErrors.SegmentNotFound, $"Part {part} has {count} segments; there is no segment {segment}.");
    }

    private static FileId ParseId(string id) => Hash256.TryParse(id, out Hash256 hash)
        ? new FileId(hash)
        : throw new RestException(WireErrors.Malformed, "A file's id has 64 hexadecimal digits.");

    private static RestException NotFound(string id) => new(WireErrors.FileNotFound, $"There is no file {id}.");
}
