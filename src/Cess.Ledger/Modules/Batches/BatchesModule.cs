using System.Collections.Immutable;

namespace Cess.Ledger.Modules.Batches;

/// <summary>Several calls in one transaction.</summary>
internal static class BatchesModule
{
    public static LedgerError? Apply(CallContext context, Batch batch) => batch.Mode == BatchMode.AllOrNothing
        ? ApplyAll(context, batch)
        : ApplyEach(context, batch);

    private static LedgerError? ApplyAll(CallContext context, Batch batch)
    {
        for (int i = 0; i < batch.Calls.Length; i++)
        {
            // Whoever executes the batch takes back what the calls before have written.
            if (context.ExecuteInBatch(batch.Calls[i], i) is { } error)
                return error;
        }

        return null;
    }

    private static LedgerError? ApplyEach(CallContext context, Batch batch)
    {
        ImmutableArray<FailedCall>.Builder failed = ImmutableArray.CreateBuilder<FailedCall>();
        for (int i = 0; i < batch.Calls.Length; i++)
        {
            if (context.ExecuteInBatch(batch.Calls[i], i) is { } error)
                failed.Add(new FailedCall((uint)i, error));
        }

        context.Emit(new BatchCompleted(context.Sender, (uint)batch.Calls.Length, failed.DrainToImmutable()));
        return null;
    }
}
