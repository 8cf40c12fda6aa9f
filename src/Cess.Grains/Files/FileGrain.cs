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
            return new FileOutcome(this.GetPrimaryKeyString(), HeightOf(head), null, null);
        return WasConditionFailed(before)
            ? Failed(Outcomes.CodeOf(FilesError.ConditionFailed), "What has the name is no longer what the condition asks for.")
            : Failed(failed ?? TransactionErrors.DealEnded, "The deal ended before all miners had reported.");
    }

    /// <summary>A deal that can't complete is ended at once where the owner's key is held; others end at their deadline.</summary>
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

    private bool WasConditionFailed(ulong since) => (ledger.Above(since) ?? [])
        .SelectMany(block => block.Events)
        .Any(happened => happened is DealDropped dropped && dropped.File == Id && dropped.Reason == DropReason.ConditionFailed);

    private FileOutcome Failed(string code, string message) => new(this.GetPrimaryKeyString(), 0, code, message);
}
