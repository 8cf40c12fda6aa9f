using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Files;
using Cess.Wire;

namespace Cess.Gateway.Rest.Uploads;

/// <summary>Takes signed declarations to the chain and on to active files.</summary>
internal sealed class DeclarationSubmitter(ILedgerReader ledger, INodeGrains grains)
{
    /// <summary>The file, when it is active already.</summary>
    public CompletedMessage? FindActive(SignedDeclaration declaration)
    {
        LedgerState head = ledger.Head;
        if (!head.IsActive(declaration.FileId))
            return null;

        // A file that is active has its name; the entry says since when.
        ObjectEntry? entry = head.Object(declaration.File.Bucket, declaration.File.NameTag);
        return new CompletedMessage(declaration.FileId.Hash, entry?.Height ?? head.Height);
    }

    /// <summary>Answers when the file is active.</summary>
    /// <exception cref="RestException">DeclarationFailed with the ledger's code as its cause; SlowDown when the pool is full.</exception>
    public async Task<CompletedMessage> SubmitAsync(SignedDeclaration declaration)
    {
        if (ledger.Head.File(declaration.FileId) is null)
            await DeclareAsync(declaration);

        FileOutcome outcome = await grains.CompleteFileAsync(declaration.FileId.Hash);
        return outcome.Succeeded
            ? new CompletedMessage(declaration.FileId.Hash, outcome.Height)
            : throw Failed(outcome.ErrorCode, outcome.ErrorMessage);
    }

    private async Task DeclareAsync(SignedDeclaration declaration)
    {
        TransactionOutcome outcome = (await grains.SubmitAsync([declaration.Transaction.Bytes], SubmissionGoal.Final))[0];

        // Refused because the same declaration came in just before, over a connection that was lost: then the file is there.
        if (!outcome.Succeeded && ledger.Head.File(declaration.FileId) is null)
            throw Failed(outcome.ErrorCode, outcome.ErrorMessage);
    }

    private static RestException Failed(string? code, string? message) => code == TransactionErrors.PoolFull
        ? new RestException(WireErrors.SlowDown, message ?? "The pool is full.")
        : new RestException(WireErrors.DeclarationFailed, message ?? WireErrors.DeclarationFailed.Meaning) { Reason = code };
}
