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
            await ExecuteAsync(network, validator, new Validate(0, chains.EndOf(validator), Chains.Length));
        ulong first = network.Head.Era.Index + 1;

        while (network.Head.Era.Index < first + 2)
            await ExecuteAsync(network, network.Owner.Account, new Transfer(chains.Validators[0], Balance.OneToken));

        Assert.Empty(chains.Early);
        Dictionary<(AccountId, ulong), int> reveals = await CountAsync(network);
        for (ulong era = first; era < first + 2; era++)
            Assert.All(chains.Validators, validator => Assert.Equal(1, reveals.GetValueOrDefault((validator, era))));
        Assert.DoesNotContain(reveals, reveal => reveal.Value > 1);
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

    private static async Task ExecuteAsync(TestNetwork network, AccountId account, Call call)
    {
        TransactionOutcome outcome = await network.Grains.GetGrain<IAccountGrain>(account.ToString()).ExecuteAsync(new CustodyCall(Scale.Encode(call)));
        Assert.True(outcome.Succeeded, outcome.ErrorMessage);
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
