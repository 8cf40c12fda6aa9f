using System.Collections.Immutable;
using System.Security.Cryptography;
using Cess.Gateway.Rest;
using Cess.Gateway.Rest.Chain;
using Cess.Gateway.Rest.Chain.History;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.TestHost;
using Cess.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Gateway.Tests.Rest;

public sealed class TransactionHistoryTests : IDisposable
{
    private static readonly Hash256 s_genesis = Hash256.Sha256("genesis"u8);
    private static readonly Sender[] s_senders = [.. Enumerable.Range(0, 4).Select(_ => new Sender())];

    /// <summary>Half of them never send anything.</summary>
    private static readonly AccountId[] s_accounts =
        [.. s_senders.Select(sender => sender.Account), .. Enumerable.Range(0, 4).Select(i => new AccountId(Hash256.Sha256([(byte)i])))];
    private readonly string _folder = Directory.CreateTempSubdirectory("cess-history-").FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Whatever_the_blocks_every_transaction_is_found_by_id_by_sender_and_by_party_before_and_after_reopening() => Prop.ForAll(
        Gen.Zip(Gen.Choose(0, 9).ListOf(60), Gen.Choose(0, int.MaxValue - 1)).ToArbitrary(),
        drawn =>
        {
            (IList<int> counts, int seed) = drawn;
            string folder = Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("n"))).FullName;
            List<TestBlock> blocks = Chain([.. counts], seed);
            using (TransactionHistory history = Open(folder))
            {
                foreach (TestBlock block in blocks)
                    AddAndMerge(history, block);
                AssertHolds(history, blocks);
                Assert.InRange(history.Runs, 1, 20);
            }
            using TransactionHistory again = Open(folder);
            AssertHolds(again, blocks[..(int)again.Height]);
            foreach (TestBlock block in blocks[(int)again.Height..])
                Add(again, block);
            AssertHolds(again, blocks);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));

    [Theory]
    [InlineData(AccountRole.Sender)]
    [InlineData(AccountRole.Party)]
    [InlineData(AccountRole.Any)]
    public void Pages_backwards_give_every_transaction_of_an_account_once(AccountRole role)
    {
        List<TestBlock> blocks = Chain([.. Enumerable.Range(0, 50).Select(i => i % 7)]);
        using TransactionHistory history = Open(_folder);
        blocks.ForEach(block => AddAndMerge(history, block));
        foreach (AccountId account in s_accounts)
        {
            var all = new List<TransactionPlace>();
            while (history.FindOf(account, role, all.Count == 0 ? null : all[^1], 3) is { Count: > 0 } page)
                all.AddRange(page);
            Assert.Equal(PlacesOf(blocks, account, role), all);
        }
    }

    [Fact]
    public void A_party_that_many_events_of_a_transaction_name_has_one_entry_and_accounts_with_one_key_share_theirs()
    {
        // The first 8 bytes are an account's key: those of the sender and of two others are the same here.
        AccountId[] alike = [.. Enumerable.Range(1, 2).Select(i => Alike(s_senders[0].Account, (byte)i))];
        SignedTransaction transaction = s_senders[0].Next();
        LedgerEvent[] events = [.. Enumerable.Repeat(alike, 3).SelectMany(both => both).Select(to => new Transferred(s_senders[0].Account, to, Balance.OneToken))];
        var block = new TestBlock(new Block(HeaderOf(1), [transaction]), [new Receipt(transaction.Id, null, Balance.Zero, [.. events])], [[.. alike]]);
        using TransactionHistory history = Open(_folder);
        Add(history, block);
        for (int run = 0; run < 2; run++)
        {
            foreach (AccountRole role in Enum.GetValues<AccountRole>())
                Assert.Equal([new TransactionPlace(1, 0)], history.FindOf(alike[1], role, null, 10));
            history.WriteRun();
        }
    }

    [Fact]
    public void What_fails_has_a_sender_and_no_party()
    {
        SignedTransaction transaction = s_senders[0].Next();
        var failed = new Receipt(transaction.Id, BalancesError.FundsInsufficient, Balance.OneToken, []);
        using TransactionHistory history = Open(_folder);
        history.Add(new Block(HeaderOf(1), [transaction]), [failed]);
        Assert.Empty(history.FindOf(s_accounts[^1], AccountRole.Any, null, 10));
        Assert.Single(history.FindOf(s_senders[0].Account, AccountRole.Any, null, 10));
    }

    [Fact]
    public void A_block_with_more_parties_than_memory_has_is_held_as_a_whole_and_becomes_a_run_of_its_own()
    {
        AccountId[] parties = [.. Enumerable.Range(0, 1_000).Select(i => new AccountId(Hash256.Sha256(BitConverter.GetBytes(i))))];
        using TransactionHistory history = Open(_folder);
        for (ulong height = 1; height <= 3; height++)
        {
            SignedTransaction transaction = s_senders[0].Next();
            LedgerEvent[] events = [.. parties.Select(to => new Transferred(s_senders[0].Account, to, Balance.OneToken))];
            history.Add(new Block(HeaderOf(height), [transaction]), [new Receipt(transaction.Id, null, Balance.Zero, [.. events])]);
            Assert.Equal((int)height - 1, history.Runs);
            Assert.All(parties, party => Assert.Equal((int)height, history.FindOf(party, AccountRole.Party, null, 10).Count));
        }
    }

    [Fact]
    public void A_file_of_the_version_that_knew_only_senders_is_dropped_and_the_blocks_fill_the_gap()
    {
        List<TestBlock> blocks = Chain([3, 0, 5]);
        string file = Path.Combine(_folder, $"{1:d20}-{3:d20}{HistoryRun.NameEnd}");
        File.WriteAllBytes(file, FirstVersionOf(blocks));
        using TransactionHistory history = Open(_folder);
        Assert.Equal(0UL, history.Height);
        Assert.False(File.Exists(file));
        blocks.ForEach(block => Add(history, block));
        AssertHolds(history, blocks);
    }

    [Fact]
    public void Damage_to_any_file_drops_it_and_what_comes_after_and_the_blocks_fill_the_gap()
    {
        List<TestBlock> blocks = Chain([.. Enumerable.Repeat(5, 35)]);
        using (TransactionHistory history = Open(_folder))
            blocks.ForEach(block => AddAndMerge(history, block));
        string[] files = [.. Directory.GetFiles(_folder).Order(StringComparer.Ordinal)];
        Assert.True(files.Length > 2);
        foreach (string file in files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            for (int at = 0; at <= bytes.Length; at += 61)
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
                foreach (TestBlock block in blocks[(int)history.Height..])
                    Add(history, block);
                AssertHolds(history, blocks);
            }
        }
    }

    [Fact]
    public void What_a_crash_leaves_of_a_merge_counts_once_and_is_removed()
    {
        List<TestBlock> blocks = Chain([.. Enumerable.Repeat(10, 9)]);
        string parts = Directory.CreateDirectory(Path.Combine(_folder, "parts")).FullName;
        using (TransactionHistory history = Open(_folder))
        {
            foreach (TestBlock block in blocks)
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
        List<TestBlock> blocks = Chain([.. Enumerable.Repeat(10, 40)]);
        using TransactionHistory history = Open(_folder, pauseEvery: 19);
        int added = 12;
        blocks[..added].ForEach(block => Add(history, block));
        int pauses = 0;
        while (history.Merge(() =>
        {
            pauses++;
            AssertHolds(history, blocks[..added]);
            for (int i = 0; i < 3 && added < blocks.Count; i++)
                Add(history, blocks[added++]);
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
        List<TestBlock> blocks = Chain([.. Enumerable.Repeat(10, 12)]);
        using (TransactionHistory history = Open(_folder, pauseEvery: 1))
        {
            blocks.ForEach(block => Add(history, block));
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
        List<TestBlock> blocks = Chain([5, 5, 5]);
        using (TransactionHistory history = Open(_folder))
            blocks.ForEach(block => Add(history, block));
        using TransactionHistory other = TransactionHistory.Open(_folder, Hash256.Zero, ulong.MaxValue, 10);
        Assert.Equal(0UL, other.Height);
        Assert.Empty(other.FindOf(s_senders[0].Account, AccountRole.Any, null, 10));
    }

    [Fact]
    public void What_the_history_says_of_blocks_that_the_node_has_lost_is_dropped()
    {
        List<TestBlock> blocks = Chain([.. Enumerable.Repeat(5, 9)]);
        using (TransactionHistory history = Open(_folder))
            blocks.ForEach(block => Add(history, block));
        using TransactionHistory again = TransactionHistory.Open(_folder, s_genesis, head: 5, entriesMax: 10);
        Assert.InRange(again.Height, 1UL, 5UL);
        AssertHolds(again, blocks[..(int)again.Height]);
    }

    [Fact]
    public void Blocks_that_are_not_to_be_had_are_skipped_and_stay_so()
    {
        List<TestBlock> blocks = Chain([5, 5, 5, 5, 5]);
        using (TransactionHistory history = Open(_folder))
        {
            history.SkipTo(2);
            blocks[2..].ForEach(block => Add(history, block));
            Assert.Empty(history.Find(blocks[0].Transactions[0].Id));
        }
        using TransactionHistory again = Open(_folder);
        Assert.Equal(4UL, again.Height);
        Assert.NotEmpty(again.Find(blocks[3].Transactions[0].Id));
    }

    [Fact]
    public void A_block_out_of_order_is_refused()
    {
        List<TestBlock> blocks = Chain([1, 1, 1]);
        using TransactionHistory history = Open(_folder);
        Add(history, blocks[0]);
        Assert.Throws<InvalidOperationException>(() => Add(history, blocks[0]));
        Assert.Throws<InvalidOperationException>(() => Add(history, blocks[2]));
    }

    private static void Add(TransactionHistory history, TestBlock block) => history.Add(block.Block, block.Receipts);

    private static void AddAndMerge(TransactionHistory history, TestBlock block)
    {
        Add(history, block);
        while (history.Merge())
        {
        }
    }

    private static TransactionHistory Open(string folder, int pauseEvery = RestLimits.HistoryEntriesBetweenPauses) =>
        TransactionHistory.Open(folder, s_genesis, ulong.MaxValue, entriesMax: 10, pauseEvery);

    private static int FirstHeightOf(string file) => int.Parse(Path.GetFileName(file).AsSpan(0, 20));

    private static BlockHeader HeaderOf(ulong height) =>
        new(height, Hash256.Zero, 0, s_senders[0].Account, Hash256.Zero, Hash256.Zero, Hash256.Zero);

    /// <summary>Blocks 1, 2, … with so many transactions each; only heights, transactions and their events matter here.</summary>
    private static List<TestBlock> Chain(int[] counts, int seed = 1)
    {
        var random = new Random(seed);
        var blocks = new List<TestBlock>();
        for (int i = 0; i < counts.Length; i++)
        {
            SignedTransaction[] transactions = [.. Enumerable.Range(0, counts[i]).Select(at => s_senders[(i + at) % s_senders.Length].Next())];
            var receipts = new List<Receipt>();
            var parties = new List<HashSet<AccountId>>();
            foreach (SignedTransaction transaction in transactions)
            {
                var named = new HashSet<AccountId>();
                LedgerEvent[] events = [.. Enumerable.Range(0, random.Next(4)).Select(_ => EventOf(random, named))];
                receipts.Add(new Receipt(transaction.Id, null, Balance.Zero, [.. events]));
                named.Remove(transaction.Unsigned.Account);
                parties.Add(named);
            }
            blocks.Add(new TestBlock(new Block(HeaderOf((ulong)i + 1), [.. transactions]), [.. receipts], parties));
        }
        return blocks;
    }

    /// <summary>An event of one of several kinds, and the accounts that it is about.</summary>
    private static LedgerEvent EventOf(Random random, HashSet<AccountId> named)
    {
        return random.Next(7) switch
        {
            0 => new Transferred(Account(), Account(), Balance.OneToken),
            1 => new ActedAs(Account(), Account(), Balance.OneToken),
            2 => new Nominated(Account(), Account(), Balance.OneToken, 1),
            3 => new Slashed(Account(), Balance.OneToken, SlashReason.Equivocation),
            4 => new FileCompleted(new FileId(Hash256.Zero), Account(), "bucket", Hash256.Zero, null),
            5 => new BeneficiaryUpdated(new MinerId(1), Account()),
            _ => new SpaceDeclared(new MinerId(1), 1),
        };

        AccountId Account()
        {
            AccountId account = s_accounts[random.Next(s_accounts.Length)];
            named.Add(account);
            return account;
        }
    }

    private static AccountId Alike(AccountId account, byte last)
    {
        byte[] bytes = account.Hash.ToArray();
        bytes[^1] ^= last;
        return new AccountId(Hash256.FromBytes(bytes));
    }

    /// <summary>The run that version 1 had of blocks, whole and with the right hash.</summary>
    private static byte[] FirstVersionOf(List<TestBlock> blocks)
    {
        var placed = blocks.SelectMany(block => block.Block.Transactions.Select((transaction, index) =>
            (Transaction: transaction, Place: HistoryEntry.PlaceOf(new TransactionPlace(block.Block.Header.Height, index))))).ToList();
        byte[] bytes = new byte[72 + (32 * placed.Count) + SHA256.HashSizeInBytes];
        "CESSHIST"u8.CopyTo(bytes);
        bytes[8] = 1;
        bytes[16] = (byte)blocks[0].Block.Header.Height;
        bytes[24] = (byte)blocks[^1].Block.Header.Height;
        bytes[32] = (byte)placed.Count;
        s_genesis.WriteTo(bytes.AsSpan(40));
        int at = 72;
        foreach (HistoryEntry entry in placed.Select(of => new HistoryEntry(HistoryEntry.KeyOf(of.Transaction.Id), of.Place)).Order()
            .Concat(placed.Select(of => new HistoryEntry(HistoryEntry.KeyOf(of.Transaction.Unsigned.Account.Hash), of.Place)).Order()))
        {
            entry.Write(bytes.AsSpan(at));
            at += HistoryEntry.Bytes;
        }
        SHA256.HashData(bytes.AsSpan(0, at), bytes.AsSpan(at));
        return bytes;
    }

    /// <summary>What looking through all blocks gives.</summary>
    private static IEnumerable<TransactionPlace> PlacesOf(List<TestBlock> blocks, AccountId account, AccountRole role) =>
        from block in blocks.AsEnumerable().Reverse()
        from index in Enumerable.Range(0, block.Transactions.Length).Reverse()
        where (role != AccountRole.Party && block.Transactions[index].Unsigned.Account == account)
            || (role != AccountRole.Sender && block.Parties[index].Contains(account))
        select new TransactionPlace(block.Height, index);

    private static void AssertHolds(TransactionHistory history, List<TestBlock> blocks)
    {
        Assert.Equal((ulong)blocks.Count, history.Height);
        foreach (TestBlock block in blocks)
        {
            for (int i = 0; i < block.Transactions.Length; i++)
                Assert.Equal([new TransactionPlace(block.Height, i)], history.Find(block.Transactions[i].Id));
        }
        foreach (AccountId account in s_accounts)
        {
            foreach (AccountRole role in Enum.GetValues<AccountRole>())
                Assert.Equal(PlacesOf(blocks, account, role), history.FindOf(account, role, null, int.MaxValue));
        }
    }

    /// <summary>A block with its receipts, and the accounts that each transaction's events are about but for its sender.</summary>
    private sealed record TestBlock(Block Block, ImmutableArray<Receipt> Receipts, IReadOnlyList<HashSet<AccountId>> Parties)
    {
        public ulong Height => Block.Header.Height;

        public ImmutableArray<SignedTransaction> Transactions => Block.Transactions;
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
