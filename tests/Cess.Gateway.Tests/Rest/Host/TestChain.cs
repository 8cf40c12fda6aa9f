using System.Runtime.CompilerServices;
using Cess.Gateway.Rest;
using Cess.Gateway.Rest.Chain.History;
using Cess.Grains;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.TestHost;

/// <summary>
/// A chain of one validator in memory: real transactions, blocks and state. Each submission makes a block; completing a file has
/// all its miners report. In the place of the grains.
/// </summary>
internal sealed class TestChain : ILedgerReader, IBlockArchive, INodeGrains, IDisposable
{
    public const ulong DeclaredBytes = 1UL << 40;

    /// <summary>An era's length: less than the blocks that the miners' registration takes.</summary>
    public const uint EraBlocks = 20;

    /// <summary>Fewest blocks from a proposal to its enactment.</summary>
    public const uint VotingBlocks = 3;

    private static readonly Balance s_endowment = Balance.FromTokens(1_000_000);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly PrivateKey[] _miners;
    private readonly PublicKeyCache _keys = new();
    private readonly List<BlockRecord> _records = [];
    private readonly List<FinalBlock> _recent = [];
    private readonly List<StoredHandover> _handovers = [];
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LedgerState _head;

    public TestChain(TimeProvider time, int miners = 12)
    {
        _time = time;
        Owner = PrivateKey.Generate();
        Other = PrivateKey.Generate();
        _miners = [.. Enumerable.Range(0, miners).Select(_ => PrivateKey.Generate())];
        IEnumerable<PrivateKey> endowed = _miners.Append(Owner).Append(Other);
        Genesis = new Genesis(
            "test",
            (ulong)time.GetUtcNow().ToUnixTimeMilliseconds(),
            new ChainParameters
            {
                Treasury = Validator.PublicKey.ToAccountId(),
                TransactionFee = new Balance(1_000),
                StakePerTebibyte = Balance.OneToken,
                VotingBlocks = VotingBlocks,
                Staking = new StakingParameters { EraBlocks = EraBlocks },
            },
            Genesis.Sorted(endowed.Select(key => new GenesisAccount(key.PublicKey.ToAccountId(), s_endowment, null))),
            new ValidatorSet([Validator.PublicKey]));
        _head = Genesis.ToState();
        _records.Add(new BlockRecord(new Block(_head.Header, []), [], [], null));
        foreach (PrivateKey key in _miners)
        {
            Require(Execute(key, new RegisterMiner(key.PublicKey.ToAccountId(), $"memory://{key.PublicKey}", Balance.FromTokens(10))));
            Require(Execute(key, new DeclareSpace(DeclaredBytes)));
        }
    }

    /// <summary>The chain's start.</summary>
    public Genesis Genesis { get; }

    /// <summary>Who makes all blocks; its account is the treasury, and has the fees.</summary>
    public PrivateKey Validator { get; } = PrivateKey.Generate();

    /// <summary>An account with tokens.</summary>
    public PrivateKey Owner { get; }

    /// <summary>Another one.</summary>
    public PrivateKey Other { get; }

    public LedgerState Head
    {
        get
        {
            lock (_lock)
                return _head;
        }
    }

    /// <summary>Miners that the scheduler would not place on.</summary>
    public HashSet<uint> Resting { get; } = [];

    /// <summary>What completing a file says, instead of completing it.</summary>
    public Func<FileOutcome>? CompletionFault { get; set; }

    /// <summary>Whether recent blocks are no longer in memory.</summary>
    public bool HasForgotten { get; set; }

    /// <summary>How many blocks become final with one certificate; the last of an era always has one.</summary>
    public ulong CertifiedEvery { get; set; } = 1;

    /// <summary>How many blocks were read from the store, one by one.</summary>
    public int BlocksRead { get; private set; }

    /// <summary>How many submissions there were.</summary>
    public int Submissions { get; private set; }

    /// <summary>Blocks below this height are gone.</summary>
    public ulong PrunedBelow { get; set; } = 1;

    public ulong? First => PrunedBelow;

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadFromAsync(
        ulong height, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ulong head = Head.Height;
        for (; height <= head; height++)
            yield return (await GetBlockAsync(height))!.Record;
    }

    public IReadOnlyList<FinalBlock>? Above(ulong height)
    {
        lock (_lock)
            return HasForgotten ? null : [.. _recent.Where(block => block.Height > height)];
    }

    public bool IsNamed(Hash256 firstFragment) => throw new NotSupportedException("The door's doubles discard nothing.");

    public Task<ChainStatus> GetStatusAsync()
    {
        LedgerState head = Head;
        return Task.FromResult(new ChainStatus(head.Genesis.ToString(), head.Height, head.BlockHash.ToString(), (long)head.Header.TimeMs, 0, []));
    }

    public Task<IReadOnlyList<MinerView>> GetMinersAsync() => Task.FromResult<IReadOnlyList<MinerView>>(
        [.. Head.Miners().OrderBy(miner => miner.Id).Select(miner => new MinerView(
            miner.Id.Value, miner.Account.ToString(), miner.Endpoint, miner.DeclaredBytes, miner.ReservedBytes, miner.UsedBytes,
            !Resting.Contains(miner.Id.Value)))]);

    public Task<StoredBlock?> GetBlockAsync(ulong height)
    {
        if (height > 0 && height < PrunedBelow)
            throw new InvalidOperationException($"Block {height} was pruned.");
        lock (_lock)
        {
            BlocksRead++;
            return Task.FromResult(height > 0 && height < (ulong)_records.Count ? new StoredBlock(height, Scale.Encode(_records[(int)height])) : null);
        }
    }

    public Task<StoredHandover?> GetHandoverAsync(ulong era)
    {
        lock (_lock)
            return Task.FromResult(_handovers.Find(handover => handover.Era == era));
    }

    /// <summary>What is in the pool, or was refused after it had been.</summary>
    public Dictionary<Hash256, TransactionOutcome> Pending { get; } = [];

    /// <summary>Whether the pool takes nothing.</summary>
    public bool IsPoolFull { get; set; }

    public async Task WaitAboveAsync(ulong height, CancellationToken cancellation)
    {
        while (true)
        {
            Task next;
            lock (_lock)
            {
                if (_head.Height > height)
                    return;
                next = _next.Task;
            }

            await next.WaitAsync(cancellation);
        }
    }

    public Task<TransactionOutcome?> FindPendingAsync(Hash256 id) => Task.FromResult(Pending.GetValueOrDefault(id));

    public Task<IReadOnlyList<TransactionOutcome>> SubmitAsync(IReadOnlyList<ReadOnlyMemory<byte>> transactions, SubmissionGoal until)
    {
        Submissions++;
        if (IsPoolFull)
            return Task.FromResult<IReadOnlyList<TransactionOutcome>>([.. transactions.Select(_ => new TransactionOutcome("", TransactionStatus.Rejected, 0, TransactionErrors.PoolFull, "Full."))]);
        if (until == SubmissionGoal.Accepted)
        {
            foreach (SignedTransaction transaction in transactions.Select(SignedTransaction.Decode))
                Pending[transaction.Id] = new TransactionOutcome(transaction.Id.ToString(), TransactionStatus.Pending, 0, null, null);
            return Task.FromResult<IReadOnlyList<TransactionOutcome>>([.. Pending.Values]);
        }
        return Task.FromResult<IReadOnlyList<TransactionOutcome>>([.. transactions.Select(Submit)]);
    }

    public Task<FileOutcome> CompleteFileAsync(Hash256 fileId)
    {
        if (CompletionFault is { } fault)
            return Task.FromResult(fault());

        lock (_lock)
        {
            FileId file = new(fileId);
            if (_head.File(file) is null)
                return Task.FromResult(new FileOutcome("", 0, TransactionErrors.DealEnded, "There is no such deal."));
            foreach (MinerId miner in _head.Deal(file)?.Outstanding().ToList() ?? [])
                Require(Execute(_miners.Single(key => key.PublicKey.ToAccountId() == _head.Miner(miner)!.Account), new ReportTransfer([file])));
            return Task.FromResult(new FileOutcome(fileId.ToString(), _head.Height, null, null));
        }
    }

    /// <summary>Signs a call with an account's next nonce and executes it.</summary>
    public TransactionOutcome Execute(PrivateKey key, Call call) => Execute(Sign(key, call));

    /// <summary>Executes a transaction.</summary>
    public TransactionOutcome Execute(SignedTransaction transaction) => Submit(transaction.Bytes);

    /// <summary>Signs a call with an account's next nonce.</summary>
    public SignedTransaction Sign(PrivateKey key, Call call)
    {
        LedgerState head = Head;
        AccountId account = key.PublicKey.ToAccountId();
        UnsignedTransaction unsigned = new(head.Genesis, account, head.Account(account).Nonce, head.Height + 100, Balance.Zero, call);
        return SignedTransaction.Sign(unsigned, key, SignatureKind.RevealedKey);
    }

    public void Dispose()
    {
        _keys.Dispose();
        Validator.Dispose();
        Owner.Dispose();
        Other.Dispose();
        foreach (PrivateKey key in _miners)
            key.Dispose();
    }

    private TransactionOutcome Submit(ReadOnlyMemory<byte> bytes)
    {
        lock (_lock)
        {
            if (!SignedTransaction.TryDecode(bytes, out SignedTransaction? transaction, out LedgerError error))
                return Rejected("", error);
            if (TransactionVerifier.Verify(transaction, _head.Account(transaction.Unsigned.Account).Key, _keys) is { } badSignature)
                return Rejected(transaction.Id.ToString(), badSignature);

            BlockContext context = new((ulong)_time.GetUtcNow().ToUnixTimeMilliseconds(), Validator.PublicKey.ToAccountId());
            ExecutedBlock executed = BlockExecutor.Execute(_head, context, [transaction]);
            if (executed.Rejected is [{ } rejected])
                return Rejected(transaction.Id.ToString(), rejected.Error);

            _recent.Add(new FinalBlock(executed, _head));
            bool isEnd = executed.State.Era.Start == executed.State.Height;
            Certificate? certificate = executed.State.Height % CertifiedEvery == 0 || isEnd ? Certify(executed.State) : null;
            _records.Add(executed.ToRecord(certificate));
            if (isEnd)
                _handovers.Add(new StoredHandover(executed.State.Era.Index - 1, Scale.Encode(EraHandover.Of(executed.State, certificate!))));
            _head = executed.State;
            _next.SetResult();
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            LedgerError? failure = executed.Receipts[0].Error;
            return new TransactionOutcome(
                transaction.Id.ToString(), failure is null ? TransactionStatus.Finalised : TransactionStatus.Failed, _head.Height,
                failure is { } failed ? CodeOf(failed) : null, failure?.Info.Text);
        }
    }

    private Certificate Certify(LedgerState state)
    {
        const ulong iteration = 0;
        Signature vote = Validator.Sign(Certificate.VoteDigest(state.Genesis, state.BlockHash, iteration));
        return new Certificate(state.BlockHash, iteration, [new CertificateVote(0, vote)]);
    }

    private static TransactionOutcome Rejected(string id, LedgerError error) =>
        new(id, TransactionStatus.Rejected, 0, CodeOf(error), error.Info.Text);

    private static string CodeOf(LedgerError error) => $"{error.Module}.{error.Info.Name}";

    private static void Require(TransactionOutcome outcome) => Assert.True(outcome.Succeeded, $"{outcome.ErrorCode}: {outcome.ErrorMessage}");
}
