using Cess.Gateway.Rest;
using Cess.Gateway.Rest.Chain;
using Cess.Gateway.Rest.Chain.History;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.TestHost;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Gateway.Tests.Rest;

public sealed class TransactionHistoryTests : IDisposable
{
    private static readonly Hash256 s_genesis = Hash256.Sha256("genesis"u8);
    private static readonly Sender[] s_senders = [.. Enumerable.Range(0, 4).Select(_ => new Sender())];
    private readonly string _folder = Directory.CreateTempSubdirectory("cess-history-").FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Whatever_the_blocks_every_transaction_is_found_by_id_and_by_account_before_and_after_reopening() => Prop.ForAll(
        Gen.Choose(0, 9).ListOf(60).ToArbitrary(),
        counts =>
        {
            string folder = Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("n"))).FullName;
            List<Block> blocks = Chain([.. counts]);
            using (TransactionHistory history = Open(folder))
            {
                foreach (Block block in blocks)
                    AddAndMerge(history, block);
                AssertHolds(history, blocks);
                Assert.InRange(history.Runs, 1, 20);
            }
            using TransactionHistory again = Open(folder);
            AssertHolds(again, blocks[..(int)again.Height]);
            foreach (Block block in blocks[(int)again.Height..])
                again.Add(block);
            AssertHolds(again, blocks);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));

    [Fact]
    public void Pages_backwards_give_every_transaction_of_an_account_once()
    {
        List<Block> blocks = Chain([.. Enumerable.Range(0, 50).Select(i => i % 7)]);
        using TransactionHistory history = Open(_folder);
        blocks.ForEach(block => AddAndMerge(history, block));
        var all = new List<TransactionPlace>();
        while (history.FindOf(s_senders[1].Account, all.Count == 0 ? null : all[^1], 3) is { Count: > 0 } page)
            all.AddRange(page);
        Assert.Equal(PlacesOf(blocks, s_senders[1].Account), all);
    }

    [Fact]
    public void Damage_to_any_file_drops_it_and_what_comes_after_and_the_blocks_fill_the_gap()
    {
        List<Block> blocks = Chain([.. Enumerable.Repeat(5, 30)]);
        using (TransactionHistory history = Open(_folder))
            blocks.ForEach(block => AddAndMerge(history, block));
        string[] files = [.. Directory.GetFiles(_folder).Order(StringComparer.Ordinal)];
        Assert.True(files.Length > 2);
        foreach (string file in files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            for (int at = 0; at <= bytes.Length; at += 31)
            {
                // Each byte in turn is changed, and the file is cut off there.
                string folder = Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("n"))).FullName;
                foreach (string other in files)
                    File.Copy(other, Path.Combine(folder, Path.GetFileName(other)));
                byte[] damaged = at == bytes.Length ? bytes[..^1] : [.. bytes[..at], (byte)(bytes[at] ^ 1), .. bytes[(at + 1)..]];
                File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(file)), damaged);
                using TransactionHistory history = Open(folder);
                Assert.True(history.Height < (ulong)FirstHeightOf(file), $"{file} at {at}");
                Assert.False(File.Exists(Path.Combine(folder, Path.GetFileName(file))));
                foreach (Block block in blocks[(int)history.Height..])
                    history.Add(block);
                AssertHolds(history, blocks);
            }
        }
    }

    [Fact]
    public void What_a_crash_leaves_of_a_merge_counts_once_and_is_removed()
    {
        List<Block> blocks = Chain([.. Enumerable.Repeat(10, 9)]);
        string parts = Directory.CreateDirectory(Path.Combine(_folder, "parts")).FullName;
        using (TransactionHistory history = Open(_folder))
        {
            foreach (Block block in blocks)
            {
                AddAndMerge(history, block);
                foreach (string file in Directory.GetFiles(_folder))
                    File.Copy(file, Path.Combine(parts, Path.GetFileName(file)), overwrite: true);
            }
        }
        // Merged runs beside all that ever went into them, and one that was being written.
        foreach (string file in Directory.GetFiles(_folder))
            File.Copy(file, Path.Combine(parts, Path.GetFileName(file)), overwrite: true);
        File.WriteAllText(Path.Combine(parts, "1-2.history.tmp"), "half");
        File.WriteAllText(Path.Combine(parts, "notes.txt"), "not ours");
        using TransactionHistory again = Open(parts);
        AssertHolds(again, blocks[..(int)again.Height]);
        Assert.Equal(again.Runs + 1, Directory.GetFiles(parts).Length);
        Assert.True(File.Exists(Path.Combine(parts, "notes.txt")));
    }

    [Fact]
    public void Blocks_are_added_and_found_while_runs_merge()
    {
        List<Block> blocks = Chain([.. Enumerable.Repeat(10, 40)]);
        using TransactionHistory history = Open(_folder, pauseEvery: 7);
        int added = 12;
        blocks[..added].ForEach(history.Add);
        int pauses = 0;
        while (history.Merge(() =>
        {
            pauses++;
            AssertHolds(history, blocks[..added]);
            for (int i = 0; i < 3 && added < blocks.Count; i++)
                history.Add(blocks[added++]);
        }))
        {
            AssertHolds(history, blocks[..added]);
        }
        AssertHolds(history, blocks[..added]);
        Assert.True(pauses > 10);
    }

    [Fact]
    public void A_merge_that_is_ended_changes_nothing()
    {
        List<Block> blocks = Chain([.. Enumerable.Repeat(10, 12)]);
        using (TransactionHistory history = Open(_folder, pauseEvery: 1))
        {
            blocks.ForEach(history.Add);
            int runs = history.Runs;
            Assert.Throws<OperationCanceledException>(() => history.Merge(() => throw new OperationCanceledException()));
            Assert.Equal(runs, history.Runs);
            AssertHolds(history, blocks);
        }
        using TransactionHistory again = Open(_folder);
        AssertHolds(again, blocks[..(int)again.Height]);
        Assert.Equal(again.Runs, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public void The_history_of_another_chain_is_dropped()
    {
        List<Block> blocks = Chain([5, 5, 5]);
        using (TransactionHistory history = Open(_folder))
            blocks.ForEach(history.Add);
        using TransactionHistory other = TransactionHistory.Open(_folder, Hash256.Zero, ulong.MaxValue, 10);
        Assert.Equal(0UL, other.Height);
        Assert.Empty(other.FindOf(s_senders[0].Account, null, 10));
    }

    [Fact]
    public void What_the_history_says_of_blocks_that_the_node_has_lost_is_dropped()
    {
        List<Block> blocks = Chain([.. Enumerable.Repeat(5, 9)]);
        using (TransactionHistory history = Open(_folder))
            blocks.ForEach(history.Add);
        using TransactionHistory again = TransactionHistory.Open(_folder, s_genesis, head: 5, entriesMax: 10);
        AssertHolds(again, blocks[..4]);
    }

    [Fact]
    public void Blocks_that_are_not_to_be_had_are_skipped_and_stay_so()
    {
        List<Block> blocks = Chain([5, 5, 5, 5, 5]);
        using (TransactionHistory history = Open(_folder))
        {
            history.SkipTo(2);
            blocks[2..].ForEach(history.Add);
            Assert.Empty(history.Find(blocks[0].Transactions[0].Id));
        }
        using TransactionHistory again = Open(_folder);
        Assert.Equal(4UL, again.Height);
        Assert.NotEmpty(again.Find(blocks[3].Transactions[0].Id));
    }

    [Fact]
    public void A_block_out_of_order_is_refused()
    {
        List<Block> blocks = Chain([1, 1, 1]);
        using TransactionHistory history = Open(_folder);
        history.Add(blocks[0]);
        Assert.Throws<InvalidOperationException>(() => history.Add(blocks[0]));
        Assert.Throws<InvalidOperationException>(() => history.Add(blocks[2]));
    }

    private static void AddAndMerge(TransactionHistory history, Block block)
    {
        history.Add(block);
        while (history.Merge())
        {
        }
    }

    private static TransactionHistory Open(string folder, int pauseEvery = RestLimits.HistoryEntriesBetweenPauses) =>
        TransactionHistory.Open(folder, s_genesis, ulong.MaxValue, entriesMax: 10, pauseEvery);

    private static int FirstHeightOf(string file) => int.Parse(Path.GetFileName(file).AsSpan(0, 20));

    /// <summary>Blocks 1, 2, … with so many transactions each; only heights and transactions matter here.</summary>
    private static List<Block> Chain(int[] counts)
    {
        var blocks = new List<Block>();
        for (int i = 0; i < counts.Length; i++)
        {
            var header = new BlockHeader((ulong)i + 1, Hash256.Zero, 0, s_senders[0].Account, Hash256.Zero, Hash256.Zero, Hash256.Zero);
            blocks.Add(new Block(header, [.. Enumerable.Range(0, counts[i]).Select(at => s_senders[(i + at) % s_senders.Length].Next())]));
        }
        return blocks;
    }

    private static IEnumerable<TransactionPlace> PlacesOf(List<Block> blocks, AccountId account) =>
        from block in blocks.AsEnumerable().Reverse()
        from index in Enumerable.Range(0, block.Transactions.Length).Reverse()
        where block.Transactions[index].Unsigned.Account == account
        select new TransactionPlace(block.Header.Height, index);

    private static void AssertHolds(TransactionHistory history, List<Block> blocks)
    {
        Assert.Equal((ulong)blocks.Count, history.Height);
        foreach (Block block in blocks)
        {
            for (int i = 0; i < block.Transactions.Length; i++)
                Assert.Equal([new TransactionPlace(block.Header.Height, i)], history.Find(block.Transactions[i].Id));
        }
        foreach (Sender sender in s_senders)
            Assert.Equal(PlacesOf(blocks, sender.Account), history.FindOf(sender.Account, null, int.MaxValue));
    }

    /// <summary>Makes transactions that nobody checks, so one signature serves for all.</summary>
    private sealed class Sender
    {
        private readonly PrivateKey _key = PrivateKey.Generate();
        private readonly Signature _signature;
        private ulong _nonce;

        public Sender() => _signature = _key.Sign(s_genesis);

        public AccountId Account => _key.PublicKey.ToAccountId();

        public SignedTransaction Next() => SignedTransaction.Assemble(
            new UnsignedTransaction(s_genesis, Account, _nonce++, 1_000, Balance.Zero, new Transfer(Account, Balance.OneToken)), _signature, null);
    }
}
