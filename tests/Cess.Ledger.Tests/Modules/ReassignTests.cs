using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

public sealed class ReassignTests
{
    private readonly FilesFixture _files = new();

    private TestChain Chain => _files.Chain;

    [Fact]
    public void Another_miner_owes_what_one_owed()
    {
        FileId file = _files.Declare("cat.jpg");
        ulong deadline = Chain.State.Deal(file)!.Deadline;
        Chain.MustDo(_files.Owner, new ReassignFragments(file, new MinerId(1), new MinerId(3)));

        DealRecord deal = Chain.State.Deal(file)!;
        Assert.Equal([new MinerId(0), new MinerId(2), new MinerId(3)], deal.Outstanding());
        Assert.Equal(deadline, deal.Deadline);
        Assert.Equal((0ul, 0ul), _files.SpaceOf(1));
        Assert.Equal((500ul, 0ul), _files.SpaceOf(3));
        Assert.Equal(
            [0u, 3u, 2u],
            Chain.State.File(file)!.Declaration.Parts[0].Segments[0].Fragments.Select(f => f.Miner.Value));

        _files.Report(0, file);
        _files.Report(2, file);
        _files.Report(3, file);
        Assert.True(Chain.State.IsActive(file));
        Assert.Equal((0ul, 500ul), _files.SpaceOf(3));
    }

    [Fact]
    public void A_miner_that_has_reported_other_segments_has_to_report_again()
    {
        FileDeclaration declaration = FilesFixture.Declaration("cat.jpg", 100) with
        {
            Parts =
            [
                new FilePart(
                    new byte[LedgerLimits.PartSaltBytes],
                    200,
                    [FilesFixture.Segment(100, 0, 1, 2), FilesFixture.Segment(100, 1, 2, 3)]),
            ],
        };
        FileId file = new(Chain.MustDo(_files.Owner, new DeclareFile(declaration, DeclareCondition.None)).TransactionId);
        Assert.Equal((100ul, 0ul), _files.SpaceOf(1));
        _files.Report(3, file);

        Chain.MustDo(_files.Owner, new ReassignFragments(file, new MinerId(0), new MinerId(3)));
        Assert.Equal([new MinerId(1), new MinerId(2), new MinerId(3)], Chain.State.Deal(file)!.Outstanding());
        Assert.Equal((100ul, 0ul), _files.SpaceOf(3));
        _files.Report(1, file);
        _files.Report(2, file);
        Assert.False(Chain.State.IsActive(file));
        _files.Report(3, file);
        Assert.True(Chain.State.IsActive(file));
    }

    [Fact]
    public void Two_fragments_of_a_segment_never_get_on_one_miner()
    {
        FileId file = _files.Declare("cat.jpg");
        Assert.Equal(FilesError.MinerRepeated, Reassign(_files.Owner, file, 1, 2));
        Assert.Equal(FilesError.MinerRepeated, Reassign(_files.Owner, file, 1, 1));
    }

    [Fact]
    public void Only_what_is_owed_can_be_reassigned_by_the_owner_to_a_miner_that_can_have_it()
    {
        FileId file = _files.Declare("cat.jpg");
        _files.Report(0, file);

        Assert.Equal(FilesError.AlreadyReported, Reassign(_files.Owner, file, 0, 3));
        Assert.Equal(FilesError.MinerNotInDeal, Reassign(_files.Owner, file, 3, 0));
        Assert.Equal(FilesError.FileOfOtherAccount, Reassign(_files.Other, file, 1, 3));
        Assert.Equal(FilesError.FileUnknown, Reassign(_files.Owner, new FileId(Hash256.Zero), 1, 3));
        Assert.Equal(MinersError.MinerUnknown, Reassign(_files.Owner, file, 1, 9));

        Chain.MustDo(_files.Miners[3], new DeclareSpace(499));
        Assert.Equal(MinersError.SpaceInsufficient, Reassign(_files.Owner, file, 1, 3));
        Assert.Equal((500ul, 0ul), _files.SpaceOf(1));
    }

    [Fact]
    public void An_active_file_is_not_reassigned() =>
        Assert.Equal(FilesError.FileActive, Reassign(_files.Owner, _files.Store("cat.jpg"), 1, 3));

    private LedgerError? Reassign(TestAccount sender, FileId file, uint from, uint to) =>
        Chain.Do(sender, new ReassignFragments(file, new MinerId(from), new MinerId(to))).Error;
}
