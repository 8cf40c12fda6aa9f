using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Ledger.State;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Ledger.Tests;

/// <summary>One value of every kind that has a byte format, always the same: for round trips, tampering and golden vectors.</summary>
public static class Samples
{
    public static TestAccount Alice { get; } = new(0);

    public static TestAccount Bob { get; } = new(1);

    public static Hash256 Root(byte b) => Hash256.FromBytes([.. Enumerable.Repeat(b, 32)]);

    public static FileId File(byte b) => new(Root(b));

    public static FileDeclaration Declaration { get; } = new(
        "photos",
        Root(0x11),
        new byte[] { 0xa1, 0xa2 },
        new byte[] { 0xb1 },
        new byte[] { 0xc1, 0xc2, 0xc3 },
        new FilePolicy(2, 1),
        [
            new FilePart(
                Enumerable.Range(0, LedgerLimits.PartSaltBytes).Select(i => (byte)i).ToArray(),
                70_000,
                [
                    new FileSegment(
                        70_032,
                        [
                            new FileFragment(Root(0x21), new MinerId(0)),
                            new FileFragment(Root(0x22), new MinerId(1)),
                            new FileFragment(Root(0x23), new MinerId(300)),
                        ]),
                ]),
        ]);

    /// <summary>A signature of the right form that nobody made: golden vectors need the same one every time.</summary>
    public static Signature FixedSignature { get; } =
        Signature.FromBytes([.. Enumerable.Repeat((byte)0x5a, 32), .. Enumerable.Repeat((byte)0x6b, 32)]);

    public static ChainParameters Parameters { get; } = new()
    {
        TransactionFee = new Balance(1_000),
        FeePerByte = new Balance(10),
        FeePerWeight = new Balance(3),
        Treasury = new AccountId(Root(0x7e)),
        StakePerTebibyte = Balance.FromTokens(4_000),
        DealDeadlineBlocks = 600,
    };

    public static IReadOnlyList<(string Name, Call Call)> Calls { get; } =
    [
        ("transfer", new Transfer(Bob.Id, Balance.FromTokens(12))),
        ("register-miner", new RegisterMiner(Bob.Id, "https://m.example", new Balance(5_000_000_000))),
        ("declare-space", new DeclareSpace(1ul << 40)),
        ("update-endpoint", new UpdateEndpoint("https://n.example")),
        ("update-beneficiary", new UpdateBeneficiary(Bob.Id)),
        ("add-stake", new AddStake(new Balance(64))),
        ("create-bucket", new CreateBucket("photos", new byte[] { 1, 2, 3 })),
        ("delete-bucket", new DeleteBucket("photos")),
        ("declare-file", new DeclareFile(Declaration, DeclareCondition.OnlyIfAbsent)),
        ("declare-file-if-current", new DeclareFile(Declaration with { Parts = [] }, DeclareCondition.OnlyIfCurrent(File(0x44)))),
        ("report-transfer", new ReportTransfer([File(0x31), File(0x32)])),
        ("reassign-fragments", new ReassignFragments(File(0x31), new MinerId(1), new MinerId(20_000))),
        ("cancel-deal", new CancelDeal(File(0x31))),
        ("delete-files", new DeleteFiles([File(0x31)])),
        ("rotate-key", new RotateKey(Bob.Key.PublicKey, FixedSignature)),
        ("set-delegate", new SetDelegate(
            Bob.Id, [CallScope.AllOf(ModuleId.Balances), new CallScope(ModuleId.Files, 5)], Balance.FromTokens(12), 1_000)),
        ("remove-delegate", new RemoveDelegate(Bob.Id)),
        ("act-as", new ActAs(Bob.Id, new AddStake(new Balance(64)))),
        ("bond", new Bond(Balance.FromTokens(12))),
        ("unbond", new Unbond(new Balance(64))),
        ("withdraw", new Withdraw()),
        ("validate", new Validate(100, Root(0x41), 1_000)),
        ("chill", new Chill()),
        ("unjail", new Unjail()),
        ("nominate", new Nominate(Bob.Id, Balance.FromTokens(12))),
        ("leave-nomination", new LeaveNomination(Bob.Id, 64)),
        ("withdraw-nomination", new WithdrawNomination(Bob.Id)),
        ("reveal", new Reveal(Root(0x42))),
        ("report-equivocation", new ReportEquivocation(new EquivocationEvidence(
            Bob.Id,
            Bob.Key.PublicKey,
            9,
            new SignedVote(ConsensusVoteKind.Dummy, Hash256.Zero, FixedSignature),
            new SignedVote(ConsensusVoteKind.Finalise, Root(0x71), FixedSignature)))),
        ("report-proposals", new ReportEquivocation(new EquivocationEvidence(
            Bob.Id,
            Bob.Key.PublicKey,
            9,
            new SignedVote(ConsensusVoteKind.Propose, Root(0x71), FixedSignature, new ProposedParent(Root(0x72), 8)),
            new SignedVote(ConsensusVoteKind.Propose, Root(0x71), FixedSignature, new ProposedParent(Root(0x72), 7))))),
        ("propose-parameters", new Propose(new ChangeParameters(Parameters), 1_000)),
        ("propose-spending", new Propose(new SpendTreasury(Bob.Id, Balance.FromTokens(12)), 1_000)),
        ("vote", new Vote(3, true)),
        ("retract", new Retract(3)),
        ("batch", new Batch(
            BatchMode.EachOnItsOwn, [new Transfer(Bob.Id, new Balance(5)), new AddStake(new Balance(64))])),
    ];

    public static IReadOnlyList<(string Name, LedgerEvent Event)> Events { get; } =
    [
        ("transferred", new Transferred(Alice.Id, Bob.Id, Balance.FromTokens(12))),
        ("miner-registered", new MinerRegistered(new MinerId(7), Bob.Id)),
        ("space-declared", new SpaceDeclared(new MinerId(7), 1ul << 40)),
        ("endpoint-updated", new EndpointUpdated(new MinerId(7), "https://n.example")),
        ("beneficiary-updated", new BeneficiaryUpdated(new MinerId(7), Alice.Id)),
        ("stake-added", new StakeAdded(new MinerId(7), new Balance(64))),
        ("bucket-created", new BucketCreated("photos", Alice.Id)),
        ("bucket-deleted", new BucketDeleted("photos", Alice.Id)),
        ("deal-opened", new DealOpened(File(0x31), Alice.Id, "photos", 605, [new MinerId(0), new MinerId(300)])),
        ("transfer-reported", new TransferReported(new MinerId(7), 3, [new RefusedFile(File(0x32), FilesError.FileUnknown)])),
        ("fragments-reassigned", new FragmentsReassigned(File(0x31), Alice.Id, new MinerId(0), new MinerId(1))),
        ("file-completed", new FileCompleted(File(0x31), Alice.Id, "photos", Root(0x11), File(0x30))),
        ("deal-dropped", new DealDropped(File(0x31), Alice.Id, "photos", DropReason.Cancelled, [new MinerId(0)])),
        ("file-deleted", new FileDeleted(File(0x30), Alice.Id, "photos", Root(0x11), DeletionReason.Replaced, [new MinerId(0)])),
        ("key-rotated", new KeyRotated(Alice.Id, Bob.Key.PublicKey)),
        ("delegate-set", new DelegateSet(Alice.Id, Bob.Id, 1_000)),
        ("delegate-removed", new DelegateRemoved(Alice.Id, Bob.Id)),
        ("acted-as", new ActedAs(Alice.Id, Bob.Id, new Balance(64))),
        ("bonded", new Bonded(Alice.Id, new Balance(64))),
        ("unbonded", new Unbonded(Alice.Id, new Balance(64), 30)),
        ("withdrawn", new Withdrawn(Alice.Id, new Balance(64))),
        ("candidate-changed", new CandidateChanged(Alice.Id, CandidateStatus.Jailed)),
        ("nominated", new Nominated(Alice.Id, Bob.Id, new Balance(64), 70)),
        ("nomination-left", new NominationLeft(Alice.Id, Bob.Id, new Balance(64), 30)),
        ("slashed", new Slashed(Alice.Id, new Balance(64), SlashReason.Absence)),
        ("rewarded", new Rewarded(Alice.Id, new Balance(64), new Balance(6))),
        ("era-started", new EraStarted(2, 1_200, new Balance(64), [Alice.Id, Bob.Id])),
        ("revealed", new Revealed(Alice.Id, Root(0x42))),
        ("proposed", new Proposed(3, Alice.Id, 1_000)),
        ("voted", new Voted(3, Alice.Id, true)),
        ("enacted", new Enacted(3, Alice.Id)),
        ("proposal-dropped", new ProposalDropped(3, Alice.Id, ProposalEnd.Outdated)),
        ("batch-completed", new BatchCompleted(Alice.Id, 2, [new FailedCall(1, MinersError.NotRegistered)])),
        ("deletion-refused", new DeletionRefused(Alice.Id, [new RefusedFile(File(0x32), FilesError.FileNotActive)])),
    ];

    public static UnsignedTransaction Unsigned(Call call) =>
        new(Root(0x0e), Alice.Id, Nonce: 3, ValidUntil: 1_000, Tip: new Balance(1), call);

    public static SignedTransaction Revealing { get; } =
        SignedTransaction.Assemble(Unsigned(Calls[0].Call), FixedSignature, Alice.Key.PublicKey);

    public static SignedTransaction OfSeveral { get; } = SignedTransaction.Assemble(
        Unsigned(Calls[0].Call),
        new Multisig(
            MultisigPolicy.Of(2, [Alice.Key.PublicKey, Bob.Key.PublicKey]),
            [new MemberSignature(0, FixedSignature), new MemberSignature(1, FixedSignature)]));

    public static SignedTransaction Known { get; } =
        SignedTransaction.Assemble(Unsigned(Calls[0].Call), FixedSignature, revealedKey: null);

    public static Receipt Success { get; } = new(Root(0x51), null, new Balance(1_000), [Events[0].Event]);

    public static Receipt Failure { get; } = new(Root(0x52), BalancesError.FundsInsufficient, new Balance(1_000), []);

    public static BlockHeader Header { get; } =
        new(5, Root(0x61), 1_700_000_000_000, Alice.Id, Root(0x62), Root(0x63), Root(0x64));

    public static Block Block { get; } = new(Header, [Revealing, Known]);

    public static Certificate Certificate { get; } =
        new(Root(0x71), 9, [new CertificateVote(0, FixedSignature), new CertificateVote(2, FixedSignature)]);

    public static BlockRecord Record { get; } = new(Block, [Events[12].Event], [Success, Failure], Certificate);

    public static Genesis Genesis { get; } = new(
        "golden",
        1_700_000_000_000,
        Parameters,
        Genesis.Sorted(
        [
            new GenesisAccount(Alice.Id, Balance.FromTokens(1_000_000), Alice.Key.PublicKey),
            new GenesisAccount(Bob.Id, Balance.FromTokens(5), null),
        ]),
        new ValidatorSet([Alice.Key.PublicKey]));

    /// <summary>Of the genesis: no block is its era's last, but the form is right.</summary>
    public static EraHandover Handover { get; } = new(
        Header,
        Certificate,
        new EraRecord(2, 600, 1_200, Root(0x43)),
        Genesis.Validators,
        StateProof.Of(Genesis.ToState().Tree, LedgerKeys.Era, LedgerKeys.Validators));

    /// <summary>One header, certified itself.</summary>
    public static FinalityProof Finality { get; } = new([Header], Certificate);

    /// <summary>Of a record that is there and one that is not.</summary>
    public static RecordsProof RecordsProof { get; } =
        RecordsProof.Of(Genesis.ToState(), Finality, [LedgerKeys.Supply, LedgerKeys.Bucket("nobodys")]);

    /// <summary>Of the second transaction of the block.</summary>
    public static TransactionProof TransactionProof { get; } = TransactionProof.Of(Record, Finality, 1);

    /// <summary>Of that block's start.</summary>
    public static StartEventsProof StartEventsProof { get; } = StartEventsProof.Of(Record, Finality);

    public static IReadOnlyList<(string Name, byte[] Bytes)> StateValues { get; } =
    [
        ("parameters", Scale.Encode(Genesis.Parameters)),
        ("validators", Scale.Encode(Genesis.Validators)),
        ("account", Scale.Encode(new AccountRecord(Balance.FromTokens(3), new Balance(5), 70, Alice.Key.PublicKey))),
        ("delegate", Scale.Encode(new DelegateRecord(
            Alice.Id, Bob.Id, [new CallScope(ModuleId.Files, 5)], Balance.FromTokens(12), 1_000))),
        ("era", Scale.Encode(new EraRecord(2, 600, 1_200, Root(0x43)))),
        ("supply", Scale.Encode(new TokenSupply(Balance.FromTokens(3)))),
        ("stake", Scale.Encode(new StakeRecord(Balance.FromTokens(3), [new UnbondingChunk(new Balance(64), 30)]))),
        ("validator", Scale.Encode(new ValidatorRecord(
            CandidateStatus.Candidate,
            0,
            100,
            new HashChainCommitment(Alice.Id, Root(0x41), 2),
            1_002,
            Alice.Key.PublicKey,
            Bob.Key.PublicKey,
            new SharedPool(new Balance(64), 70),
            [30, 31],
            new CreditRecord(5, 1, [300, 1_000])))),
        ("former-keys", Scale.Encode(new FormerKeys([new FormerKey(Alice.Key.PublicKey, 30)]))),
        ("members", Scale.Encode(new EraMembers([Alice.Id, Bob.Id], [7, 70]))),
        ("nomination", Scale.Encode(new NominationRecord(Alice.Id, Bob.Id, 70, [new LeavingShares(30, 6)]))),
        ("proposal", Scale.Encode(new ProposalRecord(
            3, Alice.Id, new SpendTreasury(Bob.Id, Balance.FromTokens(12)), 1_000, Root(0x45), [Alice.Id, Bob.Id]))),
        ("miner", Scale.Encode(new MinerRecord(
            new MinerId(7), Alice.Id, Bob.Id, "https://m.example", new Balance(64), 1ul << 40, 500, 1_000, MinerStatus.Positive, 12))),
        ("bucket", Scale.Encode(new BucketRecord("photos", Alice.Id, 1_700_000_000_000, new byte[] { 1, 2, 3 }, 2, 70_000, 1))),
        ("object", Scale.Encode(new ObjectEntry(File(0x31), 6, 1_700_000_001_000))),
        ("file", Scale.Encode(new FileRecord(Alice.Id, 5, Declaration))),
        ("deal", Scale.Encode(new DealRecord(
            Alice.Id, "photos", DeclareCondition.OnlyIfAbsent, 605, 0,
            [new DealShare(new MinerId(0), 35_016, true), new DealShare(new MinerId(300), 35_016, false)]))),
    ];

    public static ImmutableArray<byte[]> AllEncodings { get; } =
    [
        .. Calls.Select(c => Scale.Encode(c.Call)),
        .. Events.Select(e => Scale.Encode(e.Event)),
        Revealing.Bytes.ToArray(),
        OfSeveral.Bytes.ToArray(),
        Scale.Encode(Record),
        Scale.Encode(Handover),
        Scale.Encode(RecordsProof),
        Scale.Encode(TransactionProof),
        Scale.Encode(StartEventsProof),
        Scale.Encode(Genesis),
    ];
}
