using System.Collections.Immutable;
using Cess.Client.Transport;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.State;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Client.Chain;

/// <summary>What validators decide, and who they are. All of it is read from records with their proofs, as <see cref="FindAsync"/> does.</summary>
public sealed partial class ChainClient
{
    /// <summary>The parameters in force.</summary>
    public async Task<ChainParameters> GetParametersAsync(CancellationToken cancellation = default) =>
        Require(await FindAsync<ChainParameters>(LedgerKeys.Parameters, cancellation));

    /// <summary>The open proposals in the order of their numbers, each with what it would change and who approves it.</summary>
    public async Task<ImmutableArray<ProposalStanding>> ListProposalsAsync(CancellationToken cancellation = default)
    {
        OpenProposals open = await FindAsync<OpenProposals>(LedgerKeys.OpenProposals, cancellation) ?? OpenProposals.None;
        return open.Open.IsEmpty ? [] : await ReadProposalsAsync([.. open.Open.Select(number => number.Value)], cancellation);
    }

    /// <summary>An open proposal; null for one that was decided, taken back, or never made.</summary>
    public async Task<ProposalStanding?> FindProposalAsync(uint number, CancellationToken cancellation = default) =>
        (await ReadProposalsAsync([number], cancellation)).FirstOrDefault();

    /// <summary>Proposes a change as a validator of the era, and approves it.</summary>
    /// <param name="change">What to change.</param>
    /// <param name="enactAt">Height at which it is decided.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="CessException">Governance.NotValidator, EnactmentOutOfBounds, ProposalsTooMany, AmountZero.</exception>
    public async Task<ProposalOutcome> ProposeAsync(ProposedChange change, ulong enactAt, CancellationToken cancellation = default)
    {
        OutcomeMessage outcome = await ExecuteAsync(new Propose(change, enactAt), cancellation);
        Receipt receipt = await GetReceiptAsync(Hash256.Parse(outcome.Id), cancellation);
        return receipt.Events.OfType<Proposed>().SingleOrDefault() is { } proposed
            ? new ProposalOutcome(outcome, proposed.Proposal)
            : throw new CessException(ClientErrors.BadAnswer, $"The receipt of {outcome.Id} does not say which number the proposal has.");
    }

    /// <summary>
    /// The validators of the era and the candidates for the next. Where they are many, their records are read in several requests, and
    /// can be of different blocks.
    /// </summary>
    public async Task<ValidatorStandings> ListValidatorsAsync(CancellationToken cancellation = default)
    {
        ImmutableArray<ReadOnlyMemory<byte>?> records = await ReadAsync(
            [LedgerKeys.Era, LedgerKeys.Parameters, LedgerKeys.Validators, LedgerKeys.EraMembers, LedgerKeys.Candidates], cancellation);
        ValidatorSet set = Require(Decode<ValidatorSet>(records[2]));
        EraMembers members = MembersOf(records[3], set);
        ImmutableArray<AccountId> candidates = Decode<CandidateList>(records[4])?.Accounts ?? [];

        Dictionary<AccountId, StakeRecord?> stakes = [];
        Dictionary<AccountId, ValidatorRecord?> validators = [];
        foreach (AccountId[] some in members.Accounts.Union(candidates).Chunk(WireLimits.ProofKeysMax / 2))
        {
            ImmutableArray<ReadOnlyMemory<byte>?> both =
                await ReadAsync([.. some.Select(LedgerKeys.Stake), .. some.Select(LedgerKeys.Validator)], cancellation);
            for (int i = 0; i < some.Length; i++)
            {
                stakes[some[i]] = Decode<StakeRecord>(both[i]);
                validators[some[i]] = Decode<ValidatorRecord>(both[some.Length + i]);
            }
        }

        return ValidatorStandings.Of(
            Require(Decode<EraRecord>(records[0])), Require(Decode<ChainParameters>(records[1])), set, members, candidates,
            account => stakes[account], account => validators[account]);
    }

    /// <summary>Proposals that are still open, with what they are compared with, all from one state.</summary>
    private async Task<ImmutableArray<ProposalStanding>> ReadProposalsAsync(ImmutableArray<uint> numbers, CancellationToken cancellation)
    {
        ImmutableArray<ReadOnlyMemory<byte>?> records = await ReadAsync(
            [LedgerKeys.Parameters, LedgerKeys.Validators, LedgerKeys.EraMembers, .. numbers.Select(LedgerKeys.Proposal)], cancellation);
        ChainParameters inForce = Require(Decode<ChainParameters>(records[0]));
        ValidatorSet set = Require(Decode<ValidatorSet>(records[1]));
        EraMembers members = MembersOf(records[2], set);
        return
        [
            .. records.Skip(3).Select(Decode<ProposalRecord>).OfType<ProposalRecord>()
                .Select(proposal => ProposalStanding.Of(proposal, inForce, set, members)),
        ];
    }

    private async Task<ImmutableArray<ReadOnlyMemory<byte>?>> ReadAsync(IReadOnlyList<StateKey> keys, CancellationToken cancellation) =>
        _verified is not null ? (await _verified.ReadAsync(keys, cancellation)).Value : (await ProveAsync(keys, cancellation)).Records;

    private static EraMembers MembersOf(ReadOnlyMemory<byte>? record, ValidatorSet set)
    {
        EraMembers members = Decode<EraMembers>(record) ?? EraMembers.OfGenesis(set);
        return members.Accounts.Length == set.Keys.Length
            ? members
            : throw new CessException(ClientErrors.BadAnswer, "The node's state has other validators than their accounts.");
    }

    private static T? Decode<T>(ReadOnlyMemory<byte>? record)
        where T : class, IScaleValue<T> => record is { } bytes ? RestTransport.Decode<T>("/v1/proofs", bytes) : null;

    private static T Require<T>(T? record)
        where T : class => record ?? throw new CessException(ClientErrors.BadAnswer, $"The node's state has no {typeof(T).Name}.");
}

/// <summary>A proposal that was made.</summary>
/// <param name="Outcome">The transaction's.</param>
/// <param name="Number">The proposal's number, from the receipt.</param>
public sealed record ProposalOutcome(OutcomeMessage Outcome, uint Number);
