using Cess.BlockStore;
using Cess.BlockStore.Simulated;
using Cess.Consensus;
using Cess.Consensus.Messages;
using Cess.Grains.Chain;
using Cess.Primitives;

namespace Cess.Grains.Tests.Chain;

public sealed class VoteJournalTests : IAsyncDisposable
{
    private static readonly AccountId s_anna = new(Hash256.Sha256([1]));
    private static readonly AccountId s_ben = new(Hash256.Sha256([2]));

    private static readonly Hash256 s_genesis = Hash256.Sha256([9]);
    private static readonly Hash256 s_other = Hash256.Sha256([8]);

    private readonly MemoryBlockStore _store = new();

    [Fact]
    public async Task What_was_persisted_is_given_back_to_its_validator_in_order()
    {
        VoteJournal journal = await OpenAsync();
        await journal.PersistAsync(s_anna, s_genesis, [Vote(1), Vote(2)]);
        await journal.PersistAsync(s_ben, s_genesis, [Vote(7)]);
        await journal.PersistAsync(s_anna, s_genesis, [Vote(3)]);

        VoteJournal again = await OpenAsync();

        Assert.Equal([1UL, 2, 3], Iterations(again.RecordsOf(s_anna)));
        Assert.Equal([7UL], Iterations(again.RecordsOf(s_ben)));
    }

    [Fact]
    public async Task A_machine_that_is_made_anew_finds_what_was_written_since_the_journal_was_opened()
    {
        VoteJournal journal = await OpenAsync();
        await journal.PersistAsync(s_anna, s_genesis, [Vote(1), Vote(2)]);
        await journal.PersistAsync(s_anna, s_genesis, [Vote(3)]);
        await journal.ForgetAsync(s_anna, 2);

        Assert.Equal([2UL, 3], Iterations(journal.RecordsOf(s_anna)));
    }

    [Fact]
    public async Task What_it_keeps_is_counted_until_it_may_be_forgotten()
    {
        VoteJournal journal = await OpenAsync();
        Assert.Equal(0, journal.KeptBytes);
        await journal.PersistAsync(s_anna, s_genesis, [Vote(1)]);
        long one = journal.KeptBytes;
        Assert.Equal((await _store.ReadAsync(1)).Length, one);
        await journal.PersistAsync(s_anna, s_genesis, [Vote(2)]);
        await journal.PersistAsync(s_anna, s_genesis, [Vote(3)]);
        Assert.Equal(3 * one, journal.KeptBytes);
        Assert.Equal(3 * one, (await OpenAsync()).KeptBytes);

        await journal.ForgetAsync(s_anna, 3);

        Assert.Equal(one, journal.KeptBytes);
    }

    [Fact]
    public async Task Who_votes_for_a_validator_in_an_earlier_tenure_writes_nothing_more()
    {
        VoteJournal journal = await OpenAsync();
        ulong former = journal.Claim(s_anna);
        ulong others = journal.Claim(s_ben);
        await journal.PersistAsync(s_anna, s_genesis, [Vote(1)], former);
        ulong now = journal.Claim(s_anna);

        await Assert.ThrowsAsync<InvalidOperationException>(() => journal.PersistAsync(s_anna, s_genesis, [Vote(2)], former));
        await journal.PersistAsync(s_anna, s_genesis, [Vote(3)], now);
        await journal.PersistAsync(s_ben, s_genesis, [Vote(4)], others);

        Assert.Equal([1UL, 3], Iterations(journal.RecordsOf(s_anna)));
        Assert.Equal([1UL, 3], Iterations((await OpenAsync()).RecordsOf(s_anna)));
        Assert.Equal([4UL], Iterations(journal.RecordsOf(s_ben)));
    }

    [Fact]
    public async Task Votes_of_an_era_that_the_blocks_have_not_reached_again_are_kept_until_then()
    {
        ulong first = IterationOf(era: 0, number: 1);
        ulong later = IterationOf(era: 2, number: 9);
        VoteJournal journal = await OpenAsync();
        await journal.PersistAsync(s_anna, s_genesis, [Vote(later)]);

        // The blocks were lost: the first machine after the restart is one of era 0, and goes on there.
        VoteJournal again = await OpenAsync();
        await again.PersistAsync(s_anna, s_genesis, [Vote(first)]);
        await again.ForgetAsync(s_anna, first + 1);

        Assert.Equal([later], Iterations(again.RecordsOf(s_anna)));
        Assert.Equal([later], Iterations((await OpenAsync()).RecordsOf(s_anna)).Where(iteration => iteration == later));
    }

    [Fact]
    public async Task What_several_write_at_a_time_is_durable_with_few_syncs()
    {
        var disk = new SimulatedLogDirectory();
        await using FileBlockStore store = await FileBlockStore.OpenAsync(disk);
        VoteJournal journal = await VoteJournal.OpenAsync(store, CancellationToken.None);
        await journal.PersistAsync(s_anna, s_genesis, [Vote(1)]);
        long before = disk.Syncs;

        await Task.WhenAll(Enumerable.Range(2, 100).Select(i => journal.PersistAsync(i % 2 == 0 ? s_anna : s_ben, s_genesis, [Vote((ulong)i)])));

        Assert.InRange(disk.Syncs - before, 1, 100);
        VoteJournal again = await VoteJournal.OpenAsync(store, CancellationToken.None);
        Assert.Equal(101, again.RecordsOf(s_anna).Count + again.RecordsOf(s_ben).Count);
    }

    [Fact]
    public async Task Nothing_that_a_validator_still_needs_is_pruned()
    {
        VoteJournal journal = await OpenAsync();
        await journal.PersistAsync(s_anna, s_genesis, [Vote(1)]);
        await journal.PersistAsync(s_ben, s_genesis, [Vote(1)]);
        await journal.PersistAsync(s_anna, s_genesis, [Vote(2), Vote(5)]);
        await journal.PersistAsync(s_anna, s_genesis, [Vote(6)]);

        await journal.ForgetAsync(s_anna, 6);
        Assert.Equal(2UL, _store.First);
        await journal.ForgetAsync(s_ben, 2);
        Assert.Equal(4UL, _store.First);
        Assert.Equal([6UL], Iterations((await OpenAsync()).RecordsOf(s_anna)));
    }

    [Fact]
    public async Task A_failed_write_is_told_to_everybody_who_waits_for_it()
    {
        var disk = new SimulatedLogDirectory { FailAtSync = 3 };
        await using FileBlockStore store = await FileBlockStore.OpenAsync(disk);
        VoteJournal journal = await VoteJournal.OpenAsync(store, CancellationToken.None);

        Task[] writes = [.. Enumerable.Range(1, 50).Select(i => journal.PersistAsync(s_anna, s_genesis, [Vote((ulong)i)]))];
        await Task.WhenAll(writes).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

        Assert.True(writes[^1].IsFaulted, "The last write came after the failed sync.");
        Assert.All(writes.Where(write => write.IsFaulted), write => Assert.IsType<BlockStoreException>(write.Exception!.InnerException));
    }

    [Fact]
    public async Task A_validator_whose_part_was_begun_with_its_key_knows_all_that_it_has_signed_and_no_other_does()
    {
        VoteJournal journal = await OpenAsync();
        Assert.False(journal.IsWhole(s_anna, s_genesis));
        await journal.BeginAsync(s_anna);

        VoteJournal again = await OpenAsync();
        Assert.True(again.IsWhole(s_anna, s_genesis));
        Assert.False(again.IsWhole(s_ben, s_genesis));
    }

    [Fact]
    public async Task A_journal_of_another_chain_is_not_whole_and_gives_nothing_to_this_one()
    {
        VoteJournal journal = await OpenAsync();
        await journal.BeginAsync(s_anna);
        await journal.PersistAsync(s_anna, s_other, [Vote(5)]);
        Assert.False((await OpenAsync()).IsWhole(s_anna, s_genesis));

        await journal.PersistAsync(s_anna, s_genesis, [Vote(3)]);
        VoteJournal again = await OpenAsync();
        Assert.True(again.IsWhole(s_anna, s_genesis));
        Assert.Equal([3UL], Iterations(again.RecordsOf(s_anna)));
    }

    [Fact]
    public async Task The_first_record_after_an_abstention_makes_a_part_whole()
    {
        await (await OpenAsync()).PersistAsync(s_anna, s_genesis, [Vote(7)]);
        Assert.True((await OpenAsync()).IsWhole(s_anna, s_genesis));
    }

    [Fact]
    public async Task Who_writes_nothing_for_long_keeps_its_part_and_does_not_hold_up_the_others()
    {
        VoteJournal journal = await OpenAsync();
        await journal.BeginAsync(s_ben);
        await journal.PersistAsync(s_ben, s_genesis, [Vote(2), Vote(4)]);
        const int count = (3 * (int)GrainLimits.JournalEntriesBehind) + 10;
        for (ulong i = 1; i <= count; i++)
        {
            await journal.PersistAsync(s_anna, s_genesis, [Vote(i)]);
            await journal.ForgetAsync(s_anna, i);
        }

        Assert.InRange(_store.Head!.Value - _store.First!.Value, 1UL, GrainLimits.JournalEntriesBehind + 2);
        VoteJournal again = await OpenAsync();
        Assert.True(again.IsWhole(s_ben, s_genesis));
        Assert.Equal([2UL, 4], Iterations(again.RecordsOf(s_ben)));
        Assert.Equal([2UL, 4], Iterations(journal.RecordsOf(s_ben)));
    }

    [Fact]
    public async Task More_than_an_entry_holds_can_be_written_anew_and_read_again()
    {
        VoteJournal journal = await OpenAsync();
        ulong[] votes = [.. Enumerable.Range(1, GrainLimits.JournalRecords + 100).Select(i => (ulong)i)];
        await journal.PersistAsync(s_ben, s_genesis, [.. votes[..GrainLimits.JournalRecords].Select(Vote)]);
        await journal.PersistAsync(s_ben, s_genesis, [.. votes[GrainLimits.JournalRecords..].Select(Vote)]);
        ulong written = _store.Head!.Value;
        for (ulong i = 1; i <= GrainLimits.JournalEntriesBehind + 10; i++)
        {
            await journal.PersistAsync(s_anna, s_genesis, [Vote(i)]);
            await journal.ForgetAsync(s_anna, i);
        }

        Assert.True(_store.First > written, "It was written anew.");
        Assert.Equal(votes, Iterations(journal.RecordsOf(s_ben)));
        Assert.Equal(votes, Iterations((await OpenAsync()).RecordsOf(s_ben)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => journal.PersistAsync(s_ben, s_genesis, [.. votes.Select(Vote)]));
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private Task<VoteJournal> OpenAsync() => VoteJournal.OpenAsync(_store, CancellationToken.None);

    private static CastVote Vote(ulong iteration) =>
        new(new Vote(0, VoteKind.Notarise, iteration, Hash256.Sha256([3]), Signature.FromBytes(new byte[Signature.Size])));

    private static ulong IterationOf(ulong era, ulong number) => Consensus.Iterations.BaseOf(era) + number;

    private static IEnumerable<ulong> Iterations(IEnumerable<ConsensusRecord> records) => records.Select(record => record.Iteration);
}
