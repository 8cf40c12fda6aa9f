using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

public sealed class FilesTests
{
    private readonly FilesFixture _files = new();

    private TestChain Chain => _files.Chain;

    [Fact]
    public void A_file_becomes_active_with_the_last_report_and_not_before()
    {
        FileId file = _files.Declare("cat.jpg");
        Assert.Equal((500ul, 0ul), _files.SpaceOf(0));
        Assert.Equal(1ul, _files.Bucket.OpenDeals);

        _files.Report(0, file);
        _files.Report(1, file);
        Assert.False(Chain.State.IsActive(file));
        Assert.Null(Chain.State.Object("photos", FilesFixture.Tag("cat.jpg")));
        Assert.Equal([new MinerId(2)], Chain.State.Deal(file)!.Outstanding());

        _files.Report(2, file);
        Assert.True(Chain.State.IsActive(file));
        Assert.Equal(
            new ObjectEntry(file, Chain.State.Height, Chain.State.Header.TimeMs),
            Chain.State.Object("photos", FilesFixture.Tag("cat.jpg")));
        Assert.Equal((0ul, 500ul), _files.SpaceOf(0));
        Assert.Equal((0ul, 0ul), _files.SpaceOf(3));
        BucketRecord bucket = _files.Bucket;
        Assert.Equal((1ul, 1_000ul, 0ul), (bucket.ObjectCount, bucket.Bytes, bucket.OpenDeals));
        Assert.Equal(
            new FileCompleted(file, _files.Owner.Id, "photos", FilesFixture.Tag("cat.jpg"), Replaced: null),
            Assert.Single(_files.Events<FileCompleted>()));
    }

    [Fact]
    public void The_files_id_is_the_id_of_the_transaction_that_declared_it()
    {
        FileId file = _files.Declare("cat.jpg");
        Assert.Equal(file.Hash, Chain.Last!.Receipts.Single().TransactionId);
        DealOpened opened = Assert.Single(_files.Events<DealOpened>());
        Assert.Equal((file, Chain.State.Height + FilesFixture.DeadlineBlocks), (opened.File, opened.Deadline));
        Assert.Equal([new MinerId(0), new MinerId(1), new MinerId(2)], opened.Miners.ToArray());
    }

    [Fact]
    public void A_file_without_segments_is_active_at_once()
    {
        FileId file = _files.Declare("empty", length: 0 + 1);
        Assert.False(Chain.State.IsActive(file));

        FileDeclaration empty = FilesFixture.Declaration("none");
        Receipt receipt = Chain.MustDo(_files.Owner, new DeclareFile(empty, DeclareCondition.None));
        Assert.True(Chain.State.IsActive(new FileId(receipt.TransactionId)));
        Assert.Equal(1ul, _files.Bucket.ObjectCount);
    }

    [Fact]
    public void A_new_file_replaces_the_one_that_has_its_name_in_one_step()
    {
        FileId old = _files.Store("cat.jpg", length: 1_000);
        FileId file = _files.Declare("cat.jpg", length: 600);
        Assert.True(Chain.State.IsActive(old));
        Assert.Equal((300ul, 500ul), _files.SpaceOf(1));

        _files.ReportAll(file);
        Assert.Equal(file, Chain.State.Object("photos", FilesFixture.Tag("cat.jpg"))!.File);
        Assert.Null(Chain.State.File(old));
        Assert.Equal((0ul, 300ul), _files.SpaceOf(1));
        BucketRecord bucket = _files.Bucket;
        Assert.Equal((1ul, 600ul), (bucket.ObjectCount, bucket.Bytes));
        Assert.Equal(old, Assert.Single(_files.Events<FileCompleted>()).Replaced);
        FileDeleted deleted = Assert.Single(_files.Events<FileDeleted>());
        Assert.Equal((old, DeletionReason.Replaced), (deleted.File, deleted.Reason));
    }

    [Fact]
    public void Only_if_absent_is_refused_while_the_name_is_taken()
    {
        _files.Store("cat.jpg");
        Receipt receipt = Chain.Do(
            _files.Owner, new DeclareFile(FilesFixture.Declaration("cat.jpg", 10), DeclareCondition.OnlyIfAbsent));
        Assert.Equal(FilesError.ConditionFailed, receipt.Error);
    }

    [Fact]
    public void Of_two_that_ask_for_absence_the_second_to_complete_is_dropped()
    {
        FileId first = _files.Declare("cat.jpg", DeclareCondition.OnlyIfAbsent);
        FileId second = _files.Declare("cat.jpg", DeclareCondition.OnlyIfAbsent);
        _files.Report(0, first, second);
        _files.Report(1, first, second);
        _files.Report(2, first, second);

        AssertOnlyOneIsLeft(first, second, DropReason.ConditionFailed);
    }

    [Fact]
    public void What_was_declared_first_and_completes_last_does_not_take_the_name()
    {
        FileId first = _files.Declare("cat.jpg");
        FileId second = _files.Declare("cat.jpg");
        _files.ReportAll(second);
        _files.ReportAll(first);

        AssertOnlyOneIsLeft(second, first, DropReason.Superseded);
    }

    [Fact]
    public void What_completes_after_the_newer_one_was_deleted_takes_the_name()
    {
        FileId first = _files.Declare("cat.jpg");
        FileId second = _files.Store("cat.jpg");
        Chain.MustDo(_files.Owner, new DeleteFiles([second]));
        _files.ReportAll(first);
        Assert.Equal(first, Chain.State.Object("photos", FilesFixture.Tag("cat.jpg"))!.File);
    }

    [Fact]
    public void Of_two_declared_in_one_block_the_last_to_complete_has_the_name()
    {
        FileDeclaration cat = FilesFixture.Declaration("cat.jpg", 1000);
        FileId Queue() => new(Chain.Queue(_files.Owner, new DeclareFile(cat, DeclareCondition.None)).Id);
        FileId[] both = [Queue(), Queue()];
        Assert.All(Chain.Seal().Receipts, receipt => Assert.Null(receipt.Error));
        _files.ReportAll(both[1]);
        _files.ReportAll(both[0]);
        Assert.Equal(both[0], Chain.State.Object("photos", FilesFixture.Tag("cat.jpg"))!.File);
    }

    [Fact]
    public void What_waits_for_a_condition_is_dropped_when_a_newer_file_breaks_it_and_not_as_superseded()
    {
        FileId heir = _files.Declare("cat.jpg", DeclareCondition.OnlyIfAbsent);
        FileId newer = _files.Store("cat.jpg");
        _files.ReportAll(heir);
        Assert.Equal(newer, Chain.State.Object("photos", FilesFixture.Tag("cat.jpg"))!.File);
        Assert.Equal(DropReason.ConditionFailed, Assert.Single(_files.Events<DealDropped>()).Reason);
    }

    [Fact]
    public void Only_if_current_holds_at_declaration_and_at_completion()
    {
        FileId old = _files.Store("cat.jpg");
        Assert.Equal(
            FilesError.ConditionFailed,
            Chain.Do(
                _files.Owner,
                new DeclareFile(
                    FilesFixture.Declaration("cat.jpg", 10), DeclareCondition.OnlyIfCurrent(new FileId(Hash256.Zero)))).Error);

        FileId file = _files.Declare("cat.jpg", DeclareCondition.OnlyIfCurrent(old));
        FileId late = _files.Declare("cat.jpg", DeclareCondition.OnlyIfCurrent(old));
        _files.ReportAll(file);
        Assert.Equal(file, Chain.State.Object("photos", FilesFixture.Tag("cat.jpg"))!.File);
        _files.ReportAll(late);
        Assert.Equal(DropReason.ConditionFailed, Assert.Single(_files.Events<DealDropped>()).Reason);
        Assert.Equal(file, Chain.State.Object("photos", FilesFixture.Tag("cat.jpg"))!.File);
    }

    [Fact]
    public void An_entry_that_does_not_count_does_not_keep_others_of_the_report_from_counting()
    {
        FileId file = _files.Declare("cat.jpg");
        FileId active = _files.Store("dog.jpg");
        FileId unknown = new(Hash256.Sha256([9]));

        _files.Report(0, unknown, file, active, file);
        TransferReported reported = Assert.Single(_files.Events<TransferReported>());
        Assert.Equal(1u, reported.Accepted);
        Assert.Equal(
            [
                new RefusedFile(unknown, FilesError.FileUnknown),
                new RefusedFile(active, FilesError.FileActive),
                new RefusedFile(file, FilesError.AlreadyReported),
            ],
            reported.Refused.ToArray());
        Assert.Equal([new MinerId(1), new MinerId(2)], Chain.State.Deal(file)!.Outstanding());

        _files.Report(3, file);
        Assert.Equal(
            [new RefusedFile(file, FilesError.MinerNotInDeal)], Assert.Single(_files.Events<TransferReported>()).Refused.ToArray());
    }

    [Fact]
    public void Only_a_miner_can_report() =>
        Assert.Equal(
            MinersError.NotRegistered,
            Chain.Do(_files.Other, new ReportTransfer([_files.Declare("cat.jpg")])).Error);

    [Fact]
    public void An_incomplete_deal_is_dropped_at_its_deadline_and_the_space_returned()
    {
        FileId file = _files.Declare("cat.jpg");
        ulong deadline = Chain.State.Deal(file)!.Deadline;
        _files.Report(0, file);
        Chain.SealUntil(deadline - 1);
        Assert.NotNull(Chain.State.Deal(file));

        Chain.SealUntil(deadline);
        Assert.Null(Chain.State.Deal(file));
        Assert.Null(Chain.State.File(file));
        Assert.Equal((0ul, 0ul), _files.SpaceOf(0));
        Assert.Equal(0ul, _files.Bucket.OpenDeals);
        DealDropped dropped = Assert.IsType<DealDropped>(Assert.Single(Chain.Last!.StartEvents));
        Assert.Equal((file, DropReason.Deadline), (dropped.File, dropped.Reason));
    }

    [Fact]
    public void A_report_in_the_last_block_before_the_deadline_counts()
    {
        FileId file = _files.Declare("cat.jpg");
        ulong deadline = Chain.State.Deal(file)!.Deadline;
        _files.Report(0, file);
        _files.Report(1, file);
        Chain.SealUntil(deadline - 2);
        _files.Report(2, file);
        Assert.Equal(deadline - 1, Chain.State.Height);
        Assert.True(Chain.State.IsActive(file));

        Chain.SealUntil(deadline);
        Assert.Empty(Chain.Last!.StartEvents);
        Assert.True(Chain.State.IsActive(file));
    }

    [Fact]
    public void The_owner_can_cancel_a_deal_and_nobody_else_can()
    {
        FileId file = _files.Declare("cat.jpg");
        Assert.Equal(FilesError.FileOfOtherAccount, Chain.Do(_files.Other, new CancelDeal(file)).Error);
        Chain.MustDo(_files.Owner, new CancelDeal(file));
        Assert.Null(Chain.State.File(file));
        Assert.Equal((0ul, 0ul), _files.SpaceOf(0));
        Assert.Equal(DropReason.Cancelled, Assert.Single(_files.Events<DealDropped>()).Reason);

        Assert.Equal(FilesError.FileUnknown, Chain.Do(_files.Owner, new CancelDeal(file)).Error);
        Assert.Equal(FilesError.FileActive, Chain.Do(_files.Owner, new CancelDeal(_files.Store("dog.jpg"))).Error);
        Chain.SealUntil(Chain.State.Height + FilesFixture.DeadlineBlocks);
        Assert.Empty(Chain.Last!.StartEvents);
    }

    [Fact]
    public void Deleting_returns_the_space_and_says_which_files_it_did_not_delete()
    {
        FileId file = _files.Store("cat.jpg");
        FileId open = _files.Declare("dog.jpg");
        FileId unknown = new(Hash256.Sha256([9]));

        Chain.MustDo(_files.Owner, new DeleteFiles([open, file, unknown, file]));
        Assert.Null(Chain.State.File(file));
        Assert.Null(Chain.State.Object("photos", FilesFixture.Tag("cat.jpg")));
        Assert.Equal((500ul, 0ul), _files.SpaceOf(0));
        BucketRecord bucket = _files.Bucket;
        Assert.Equal((0ul, 0ul, 1ul), (bucket.ObjectCount, bucket.Bytes, bucket.OpenDeals));
        Assert.Equal(DeletionReason.Requested, Assert.Single(_files.Events<FileDeleted>()).Reason);
        Assert.Equal(
            [
                new RefusedFile(open, FilesError.FileNotActive),
                new RefusedFile(unknown, FilesError.FileUnknown),
                new RefusedFile(file, FilesError.FileUnknown),
            ],
            Assert.Single(_files.Events<DeletionRefused>()).Refused.ToArray());
    }

    [Fact]
    public void Nobody_deletes_the_files_of_another()
    {
        FileId file = _files.Store("cat.jpg");
        Chain.MustDo(_files.Other, new DeleteFiles([file]));
        Assert.True(Chain.State.IsActive(file));
        Assert.Equal(
            [new RefusedFile(file, FilesError.FileOfOtherAccount)], Assert.Single(_files.Events<DeletionRefused>()).Refused.ToArray());
    }

    [Fact]
    public void More_deals_than_a_block_has_room_for_end_in_the_blocks_that_follow()
    {
        const int count = LedgerLimits.DeadlineWorkPerBlockMax + 10;
        for (int i = 0; i < count; i++)
            Chain.Queue(_files.Owner, new DeclareFile(FilesFixture.Declaration($"{i}", 1), DeclareCondition.None));
        FileId[] files = [.. Chain.Seal().Receipts.Select(r => new FileId(r.TransactionId))];
        ulong deadline = Chain.State.Deal(files[0])!.Deadline;
        Assert.Equal((ulong)count, _files.Bucket.OpenDeals);

        Chain.SealUntil(deadline - 1);
        // The last one is past its deadline and still there when its reports come: they must not count any more.
        for (int miner = 0; miner < 3; miner++)
            Chain.Queue(_files.Miners[miner], new ReportTransfer([files[^1]]));
        Chain.Seal();
        Assert.Equal(LedgerLimits.DeadlineWorkPerBlockMax, Chain.Last!.StartEvents.Length);
        Assert.All(
            _files.Events<TransferReported>(),
            r => Assert.Equal([new RefusedFile(files[^1], FilesError.DeadlinePassed)], r.Refused.ToArray()));
        Assert.Equal(10ul, _files.Bucket.OpenDeals);

        Chain.Seal();
        Assert.Equal(10, Chain.Last.StartEvents.Length);
        Assert.Equal(0ul, _files.Bucket.OpenDeals);
        Assert.All(files, file => Assert.Null(Chain.State.File(file)));
        Assert.Equal((0ul, 0ul), _files.SpaceOf(0));

        Hash256 root = Chain.State.Tree.Root;
        Chain.Seal();
        Assert.Equal(root, Chain.State.Tree.Root);
    }

    /// <summary>One file has the name; of the other, whose deal ended just now, nothing is left.</summary>
    private void AssertOnlyOneIsLeft(FileId kept, FileId gone, DropReason reason)
    {
        Assert.Equal(kept, Chain.State.Object("photos", FilesFixture.Tag("cat.jpg"))!.File);
        Assert.Null(Chain.State.File(gone));
        Assert.Null(Chain.State.Deal(gone));
        Assert.Equal((0ul, 500ul), _files.SpaceOf(0));
        Assert.Equal((1ul, 0ul), (_files.Bucket.ObjectCount, _files.Bucket.OpenDeals));
        DealDropped dropped = Assert.Single(_files.Events<DealDropped>());
        Assert.Equal((gone, reason), (dropped.File, dropped.Reason));
    }
}
