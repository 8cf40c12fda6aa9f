using Cess.Primitives;

namespace Cess.Wire;

/// <summary>The open proposals.</summary>
/// <param name="Height">The head at which they were read.</param>
/// <param name="Key">Where the list of their numbers stands in the state: what to ask a proof for.</param>
/// <param name="Proposals">In the order of their numbers; without all parameters.</param>
public sealed record ProposalList(ulong Height, Hash256 Key, IReadOnlyList<ProposalMessage> Proposals);

/// <summary>An open proposal.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Proposer">Address of who proposed it.</param>
/// <param name="EnactAt">Height at which it is decided.</param>
/// <param name="Approvals">Addresses of the era's validators who approve it; those of former validators don't count.</param>
/// <param name="Needed">How many approvals it needs.</param>
/// <param name="Validators">How many validators there are.</param>
/// <param name="Key">Where its record stands in the state: what to ask a proof for.</param>
/// <param name="Payment">What the treasury would pay; null if parameters would change.</param>
/// <param name="Changes">The parameters that would change; null for a payment.</param>
/// <param name="Parameters">All parameters as they would be, by their names; null for a payment, and in a list.</param>
/// <param name="Outdated">True if the parameters were changed after it was proposed, so that it will be dropped; else null.</param>
/// <param name="Height">The head at which it was read; null in a list.</param>
public sealed record ProposalMessage(
    uint Number,
    string Proposer,
    ulong EnactAt,
    IReadOnlyList<string> Approvals,
    int Needed,
    int Validators,
    Hash256 Key,
    PaymentMessage? Payment = null,
    IReadOnlyList<ParameterChangeMessage>? Changes = null,
    IReadOnlyDictionary<string, string>? Parameters = null,
    bool? Outdated = null,
    ulong? Height = null);

/// <summary>A payment by the treasury.</summary>
/// <param name="To">Address of who receives it.</param>
/// <param name="Amount">In whole tokens.</param>
public sealed record PaymentMessage(string To, string Amount);

/// <summary>A parameter that would change.</summary>
/// <param name="Name">Such as "seats".</param>
/// <param name="From">Its value in force: a count in decimal, an amount in whole tokens, an address.</param>
/// <param name="To">Its value then.</param>
public sealed record ParameterChangeMessage(string Name, string From, string To);

/// <summary>The validators of the era and the candidates for the next.</summary>
/// <param name="Height">The head at which they were read.</param>
/// <param name="Era">The era.</param>
/// <param name="Quorum">How many of them make a block final, or a proposal take effect.</param>
/// <param name="Keys">Where that stands in the state: what to ask proofs for, besides the keys of each.</param>
/// <param name="Validators">In the order of their seats.</param>
/// <param name="Candidates">Who can be drawn and has no seat now.</param>
public sealed record ValidatorList(
    ulong Height, EraMessage Era, int Quorum, ValidatorListKeys Keys, IReadOnlyList<ValidatorMessage> Validators,
    IReadOnlyList<ValidatorMessage> Candidates);

/// <summary>An era.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Start">Height of the last block of the era before.</param>
/// <param name="End">Height of its last block.</param>
public sealed record EraMessage(ulong Index, ulong Start, ulong End);

/// <summary>Where the validators stand in the state.</summary>
/// <param name="Era">The era.</param>
/// <param name="Validators">The keys of the seats.</param>
/// <param name="Members">The accounts of the seats, and their blocks.</param>
/// <param name="Candidates">The candidates.</param>
public sealed record ValidatorListKeys(Hash256 Era, Hash256 Validators, Hash256 Members, Hash256 Candidates);

/// <summary>A validator of the era, or a candidate for the next.</summary>
/// <param name="Address">Its account.</param>
/// <param name="Stake">Its own bonded tokens.</param>
/// <param name="Keys">Where its records stand in the state.</param>
/// <param name="Seat">Its place among the era's validators; null for a candidate that has none.</param>
/// <param name="Key">The public key that signs there, 33 bytes compressed.</param>
/// <param name="Blocks">Blocks of the era that it has proposed; a validator that is alone is not counted.</param>
/// <param name="Absent">True if it would be punished as absent if the era ended now; else null.</param>
/// <param name="Status">"Candidate", "Chilled" or "Jailed"; null for a validator of the genesis that has never been a candidate.</param>
/// <param name="JailedUntil">From which era on it can leave jail; null for one that is not jailed.</param>
/// <param name="CommissionPermille">What it keeps of rewards before its nominators share, in thousandths.</param>
/// <param name="Pool">Its nominators' tokens.</param>
/// <param name="Credit">What its work is worth.</param>
public sealed record ValidatorMessage(
    string Address,
    string Stake,
    ValidatorKeys Keys,
    int? Seat = null,
    byte[]? Key = null,
    uint? Blocks = null,
    bool? Absent = null,
    string? Status = null,
    ulong? JailedUntil = null,
    int? CommissionPermille = null,
    string? Pool = null,
    CreditMessage? Credit = null);

/// <summary>Where a validator's records stand in the state.</summary>
/// <param name="Stake">What it has staked.</param>
/// <param name="Validator">What the ledger keeps of it.</param>
public sealed record ValidatorKeys(Hash256 Stake, Hash256 Validator);

/// <summary>What a validator's work is worth.</summary>
/// <param name="Score">0 to 1,000, from the eras before: what counts when validators are drawn.</param>
/// <param name="Points">Of this era.</param>
/// <param name="Punishments">Of this era.</param>
public sealed record CreditMessage(ulong Score, ulong Points, uint Punishments);
