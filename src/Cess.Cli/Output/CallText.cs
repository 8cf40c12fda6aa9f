using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Cli.Output;

/// <summary>Calls as somebody reads them who is to sign them: completely, or else as bytes.</summary>
internal static class CallText
{
    /// <summary>The name of a call, such as "Balances.Transfer".</summary>
    public static string NameOf(Call call) => $"{call.Module}.{call.GetType().Name}";

    /// <summary>All that a call says, on one line.</summary>
    public static string Of(Call call) => call switch
    {
        Transfer transfer => $"{NameOf(call)} of {transfer.Amount} to {transfer.To}",
        Batch batch => $"{NameOf(call)}, {(batch.Mode == BatchMode.AllOrNothing ? "all or nothing" : "each on its own")}: {string.Join("; ", batch.Calls.Select(Of))}",
        ActAs act => $"for {act.Account}: {Of(act.Call)}",
        RotateKey rotate => $"{NameOf(call)} to {rotate.Key}",
        SetDelegate set => $"{NameOf(call)} {set.Delegate} for {Client.Chain.CallScopes.ToText(set.Scope)}, up to {set.SpendLimit}, until block {set.Until}",
        RemoveDelegate remove => $"{NameOf(call)} {remove.Delegate}",
        Bond bond => $"{NameOf(call)} of {bond.Amount}",
        Unbond unbond => $"{NameOf(call)} of {unbond.Amount}",
        Nominate nominate => $"{NameOf(call)} {nominate.Validator} with {nominate.Amount}",
        Propose { Change: SpendTreasury spend } propose =>
            $"{NameOf(call)} at block {propose.EnactAt} a payment of {spend.Amount} by the treasury to {spend.To}",
        Propose { Change: ChangeParameters change } propose =>
            $"{NameOf(call)} at block {propose.EnactAt} parameters "
            + string.Join(", ", ParameterFields.All.Select(field => $"{field.Name} {field.Read(change.Parameters)}")),
        Retract retract => $"{NameOf(call)} of proposal {retract.Proposal}",
        Vote vote => $"{NameOf(call)} {(vote.Approves ? "for" : "against")} proposal {vote.Proposal}",
        _ => $"{NameOf(call)}, bytes {Convert.ToHexStringLower(Scale.Encode(call))}",
    };
}
