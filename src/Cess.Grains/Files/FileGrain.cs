using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;

namespace Cess.Grains.Files;

/// <summary>Sees one declared file through to its end. Holds no state: the chain does.</summary>
public sealed class FileGrain(IGrainFactory grains, ILedgerReader ledger, ICustody custody) : Grain, IFileGrain
{
    private FileId Id => new(Hash256.Parse(this.GetPrimaryKeyString()));

    /// <inheritdoc/>
    public async Task<FileOutcome> CompleteAsync()
    {
        ulong before = ledger.Head.File(Id)?.DeclaredAt ?? ledger.Head.Height;
        string? failed = null;
        if (ledger.Head.Deal(Id) is { } deal)
        {
            string?[] errors = await Task.WhenAll(deal.Outstanding()
                .Select(miner => grains.GetGrain<IMinerGrain>(miner.Value).ReportTransferAsync(this.GetPrimaryKeyString())));
            failed = Array.Find(errors, error => error is not null);
            if (ledger.Head.Deal(Id) is not null)
                await CancelAsync(deal.Owner);
        }
        LedgerState head = ledger.Head;
        if (head.IsActive(Id))
            return Done(HeightOf(head));
        if (head.Deal(Id) is not null)
        {
            const string Message = "Not all miners have reported; the deal goes on, and the file may still become active until its deadline.";
            return Failed(failed ?? TransactionErrors.DealOpen, Message) with { IsOpen = true };
        }
        return EndSince(before) switch
        {
            // Written, and replaced by another since.
            (ulong height, FileCompleted or DealDropped { Reason: DropReason.Superseded }) => Done(height),
            (_, DealDropped { Reason: DropReason.ConditionFailed }) =>
                Failed(Outcomes.CodeOf(FilesError.ConditionFailed), "What has the name is no longer what the condition asks for."),
            _ => Failed(failed ?? TransactionErrors.DealEnded, "The deal ended before all miners had reported."),
        };
    }

    /// <summary>
    /// A deal that can't complete is ended at once where the owner's key is held; others end at their deadline, and so do those whose
    /// cancellation is refused, as when the owner can't pay for it. The ledger says afterwards what became of it.
    /// </summary>
    private async Task CancelAsync(AccountId owner)
    {
        if (custody.Holds(owner))
        {
            await grains.GetGrain<IAccountGrain>(owner.ToString())
                .ExecuteAsync(new CustodyCall(Scale.Encode<Call>(new CancelDeal(Id))));
        }
    }

    private ulong HeightOf(LedgerState head)
    {
        FileDeclaration declared = head.File(Id)!.Declaration;
        return head.Object(declared.Bucket, declared.NameTag) is { } entry && entry.File == Id ? entry.Height : head.Height;
    }

    /// <summary>What ended the deal, in the blocks from a height on, and in which; nothing when that is too long ago.</summary>
    private (ulong Height, LedgerEvent? End) EndSince(ulong height) => (ledger.Above(height - 1) ?? [])
        .SelectMany(block => block.Events, (block, happened) => (block.Height, happened))
        .FirstOrDefault(end => end.happened switch
        {
            FileCompleted completed => completed.File == Id,
            DealDropped dropped => dropped.File == Id,
            _ => false,
        });

    private FileOutcome Done(ulong height) => new(this.GetPrimaryKeyString(), height, null, null);

    private FileOutcome Failed(string code, string message) => new(this.GetPrimaryKeyString(), 0, code, message);
}
