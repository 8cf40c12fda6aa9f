using System.Collections.Concurrent;
using System.Collections.Immutable;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;
using Orleans;

namespace Cess.Network.Tests;

/// <summary>A node's validators show the values of their hash chains by themselves.</summary>
public sealed class RevealTests
{
    private const uint EraBlocks = 8;

    [Fact]
    public async Task Every_validator_of_a_node_reveals_once_in_each_era_and_never_before_it_has_begun()
    {
        Chains? chains = null;
        await using TestNetwork network = await TestNetwork.StartAsync(
            miners: 1, policy: "1+0", eraBlocks: EraBlocks, validators: 4, chains: validators => chains = new Chains(validators));
        chains!.Ledger = network.Get<ILedgerReader>();
        foreach (AccountId validator in chains.Validators)
            await network.ExecuteAsync(validator, new Validate(0, chains.EndOf(validator), Chains.Length));
        ulong first = network.Head.Era.Index + 1;

        while (network.Head.Era.Index < first + 2)
            await network.ExecuteAsync(network.Owner.Account, new Transfer(chains.Validators[0], Balance.OneToken));

        Assert.Empty(chains.Early);
        Dictionary<(AccountId, ulong), int> reveals = await CountAsync(network);
        for (ulong era = first; era < first + 2; era++)
            Assert.All(chains.Validators, validator => Assert.Equal(1, reveals.GetValueOrDefault((validator, era))));
        Assert.DoesNotContain(reveals, reveal => reveal.Value > 1);
    }

    [Fact]
    public async Task A_reveal_whose_nonce_another_transaction_has_taken_is_tried_again_at_the_next_block_and_not_for_ever()
    {
        Chains? chains = null;
        var conflicts = new NonceConflicts();
        await using TestNetwork network = await TestNetwork.StartAsync(
            miners: 1, policy: "1+0", eraBlocks: 64, chains: validators => chains = new Chains(validators), filter: conflicts);
        chains!.Ledger = network.Get<ILedgerReader>();
        conflicts.Ledger = network.Get<ILedgerReader>();
        AccountId validator = chains.Validators[0];
        await network.ExecuteAsync(validator, new Validate(0, chains.EndOf(validator), Chains.Length));

        await MakeBlocksUntilTriedAsync(1);
        for (int conflict = 1; conflict <= GrainLimits.RevealConflicts; conflict++)
        {
            await MakeBlockAsync();
            await TestNetwork.UntilAsync(() => conflicts.Tries.Count > conflict, "another try");
        }
        await MakeBlocksUntilTriedAsync(GrainLimits.RevealConflicts + 2);

        // The first try came while blocks were made in a row; and now and then a block is made that nobody has asked for.
        const ulong few = GrainLimits.RevealRetryBlocks / 2;
        ulong[] heights = [.. conflicts.Tries];
        ulong[] waits = [.. heights.Zip(heights.Skip(1), (first, second) => second - first)];
        Assert.All(waits[1..GrainLimits.RevealConflicts], wait => Assert.InRange(wait, 1u, few));
        Assert.InRange(waits[GrainLimits.RevealConflicts], few + 1, ulong.MaxValue);

        async Task MakeBlockAsync()
        {
            await network.ExecuteAsync(network.Owner.Account, new Transfer(validator, Balance.OneToken));
            // It waits its turn, behind the hints that have come; else the blocks could run far ahead of who reveals.
            await network.Grains.GetGrain<IRevealGrain>(StreamNames.ChainKey).GetOwingAsync();
        }

        async Task MakeBlocksUntilTriedAsync(int times)
        {
            while (conflicts.Tries.Count < times)
            {
                await MakeBlockAsync();
                Assert.True(network.Head.Era.Index < 2, "The era is over.");
            }
        }
    }

    /// <summary>Reveals in blocks, each of which has to have succeeded, by validator and era.</summary>
    private static async Task<Dictionary<(AccountId, ulong), int>> CountAsync(TestNetwork network)
    {
        var counts = new Dictionary<(AccountId, ulong), int>();
        for (ulong height = 1; height <= network.Head.Height; height++)
        {
            BlockRecord record = Scale.Decode<BlockRecord>((await network.Blocks.ReadAsync(height)).Span);
            foreach ((var transaction, Receipt receipt) in record.Block.Transactions.Zip(record.Receipts))
            {
                if (transaction.Unsigned.Call is not Reveal)
                    continue;
                Assert.Null(receipt.Error);
                (AccountId, ulong) place = (transaction.Unsigned.Account, height / EraBlocks);
                counts[place] = counts.GetValueOrDefault(place) + 1;
            }
        }
        return counts;
    }

    /// <summary>Says of every reveal that its nonce is taken.</summary>
    private sealed class NonceConflicts : IIncomingGrainCallFilter
    {
        public ILedgerReader Ledger { get; set; } = null!;

        /// <summary>At which heights reveals were tried.</summary>
        public ConcurrentQueue<ulong> Tries { get; } = [];

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.MethodName != nameof(IAccountGrain.ExecuteAsync) || context.Request.GetArgument(0) is not CustodyCall custody
                || Scale.Decode<Call>(custody.Call.Span) is not Reveal)
            {
                return context.Invoke();
            }

            Tries.Enqueue(Ledger.Head.Height);
            context.Result = new TransactionOutcome("", TransactionStatus.Rejected, 0, TransactionErrors.NonceUsed, "It is taken.");
            return Task.CompletedTask;
        }
    }

    /// <summary>Chains in memory, which note what they are asked for before its time.</summary>
    private sealed class Chains(ImmutableArray<AccountId> validators) : IHashChains
    {
        public const int Length = 50;

        public ImmutableArray<AccountId> Validators => validators;

        public ConcurrentBag<ulong> Early { get; } = [];

        public ILedgerReader Ledger { get; set; } = null!;

        public Hash256 EndOf(AccountId validator)
        {
            using HashChain chain = Compute(validator, 0);
            return chain.Commitment.Value;
        }

        public Hash256? Find(HashChainCommitment commitment, ulong last, ulong era)
        {
            if (era > Ledger.Head.Era.Index)
                Early.Add(era);
            using HashChain chain = Compute(commitment.Account, last - Length);
            return chain.RevealAt(era);
        }

        private static HashChain Compute(AccountId validator, ulong position) => new(validator, validator.Hash, Length, position);
    }
}
