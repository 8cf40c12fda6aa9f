using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Transactions;

namespace Cess.Simulation.Oracle;

/// <summary>What calls weigh: docs/format/ledger.md#weights.</summary>
internal static class OracleWeights
{
    public static ulong Of(SignedTransaction transaction)
    {
        int signatures = transaction.Multisig?.Signatures.Length ?? 1;
        return (50_000 * (ulong)signatures) + Of(transaction.Unsigned.Call);
    }

    private static ulong Of(Call call) => call switch
    {
        Transfer => 5_000,
        RegisterMiner => 10_000,
        AddStake => 5_000,
        MinersCall => 2_500,
        CreateBucket or DeleteBucket => 5_000,
        DeclareFile declare => 10_000 + (1_000 * FragmentsOf(declare.File)),
        ReportTransfer report => 2_500 + (15_000 * (ulong)report.Files.Length),
        ReassignFragments => 100_000,
        CancelDeal => 30_000,
        DeleteFiles delete => 15_000 + (15_000 * (ulong)delete.Files.Length),
        Batch batch => batch.Calls.Aggregate(1_000ul, (sum, each) => sum + Of(each)),
        RotateKey => 152_500,
        SetDelegate or RemoveDelegate => 5_000,
        ActAs act => 5_000 + Of(act.Call),
        WithdrawNomination => 15_000,
        Reveal => 2_505_000,
        ReportEquivocation => 700_000,
        StakingCall => 7_500,
        GovernanceCall => 10_000,
        _ => throw new NotSupportedException($"{call}"),
    };

    private static ulong FragmentsOf(FileDeclaration file) =>
        (ulong)file.Parts.Sum(part => part.Segments.Sum(segment => segment.Fragments.Length));
}
