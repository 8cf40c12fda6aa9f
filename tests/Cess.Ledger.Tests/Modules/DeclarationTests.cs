using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

public sealed class DeclarationTests
{
    private readonly FilesFixture _files = new();

    private TestChain Chain => _files.Chain;

    [Fact]
    public void A_declaration_breaks_no_rule_of_its_layout()
    {
        FileDeclaration good = FilesFixture.Declaration("cat.jpg", 100);
        FilePart part = good.Parts[0];
        Assert.Null(DeclarationRules.Check(good));

        Assert.Equal(FilesError.PolicyInvalid, DeclarationRules.Check(good with { Policy = new FilePolicy(0, 3) }));
        Assert.Equal(FilesError.PolicyInvalid, DeclarationRules.Check(good with { Policy = new FilePolicy(120, 9) }));
        Assert.Equal(FilesError.PartsMissing, DeclarationRules.Check(good with { Parts = [] }));
        Assert.Equal(FilesError.FragmentCountWrong, DeclarationRules.Check(good with { Policy = new FilePolicy(2, 2) }));
        Assert.Equal(FilesError.SegmentLengthInvalid, Check(FilesFixture.Segment(0, 0, 1, 2)));
        Assert.Equal(FilesError.SegmentLengthInvalid, Check(FilesFixture.Segment(LedgerLimits.SegmentBytesMax + 1, 0, 1, 2)));
        Assert.Null(Check(FilesFixture.Segment(LedgerLimits.SegmentBytesMax, 0, 1, 2)));
        Assert.Equal(FilesError.MinerRepeated, Check(FilesFixture.Segment(100, 0, 1, 0)));
        Assert.Equal(FilesError.PlainLengthInvalid, DeclarationRules.Check(good with { Parts = [part with { PlainLength = 101 }] }));
        Assert.Equal(
            FilesError.SegmentsTooMany,
            DeclarationRules.Check(good with
            {
                Policy = new FilePolicy(1, 0),
                Parts = [part with { Segments = [.. Enumerable.Repeat(FilesFixture.Segment(1, 0), LedgerLimits.SegmentsMax + 1)] }],
            }));

        FilesError? Check(FileSegment segment) =>
            DeclarationRules.Check(good with { Parts = [part with { PlainLength = 0, Segments = [segment] }] });
    }

    [Fact]
    public void A_broken_layout_fails_the_call_and_reserves_nothing()
    {
        FileDeclaration bad = FilesFixture.Declaration("cat.jpg", 100) with { Policy = new FilePolicy(2, 2) };
        Assert.Equal(FilesError.FragmentCountWrong, Declare(_files.Owner, bad));
        Assert.Equal((0ul, 0ul), _files.SpaceOf(0));
    }

    [Fact]
    public void Only_the_owner_declares_files_in_a_bucket_that_exists()
    {
        FileDeclaration declaration = FilesFixture.Declaration("cat.jpg", 100);
        Assert.Equal(FilesError.BucketOfOtherAccount, Declare(_files.Other, declaration));
        Assert.Equal(FilesError.BucketUnknown, Declare(_files.Owner, declaration with { Bucket = "movies" }));
    }

    [Fact]
    public void Every_miner_is_registered_positive_and_has_the_space()
    {
        Assert.Equal(MinersError.MinerUnknown, DeclareOn(0, 1, 17));
        Chain.MustDo(_files.Miners[2], new DeclareSpace(49));
        Assert.Equal(MinersError.SpaceInsufficient, DeclareOn(0, 1, 2));
        Assert.Equal((0ul, 0ul), _files.SpaceOf(0));
        Chain.MustDo(_files.Miners[2], new DeclareSpace(50));
        Assert.Null(DeclareOn(0, 1, 2));
        Assert.Equal((50ul, 0ul), _files.SpaceOf(2));
    }

    [Fact]
    public void A_fragment_takes_the_segments_length_divided_by_k_rounded_up()
    {
        FilePolicy policy = new(4, 8);
        Assert.Equal(1u, policy.FragmentBytes(1));
        Assert.Equal(1u, policy.FragmentBytes(4));
        Assert.Equal(2u, policy.FragmentBytes(5));
        Assert.Equal(8u << 20, policy.FragmentBytes(32 << 20));

        _files.Declare("cat.jpg", length: 1_001);
        Assert.Equal((501ul, 0ul), _files.SpaceOf(0));
    }

    [Fact]
    public void A_miner_of_many_segments_has_one_share_of_all()
    {
        ImmutableArray<MinerShare> shares = FilesFixture.Declaration("cat.jpg", 100, 200, 301).Shares();
        Assert.Equal(
            [new MinerShare(new MinerId(0), 301), new MinerShare(new MinerId(1), 301), new MinerShare(new MinerId(2), 301)],
            shares.ToArray());
    }

    [Fact]
    public void The_longest_file_of_the_default_policy_fits_a_transaction()
    {
        // 70 GiB at 4+8: 2,240 segments of 12 fragments.
        FileDeclaration declaration = FilesFixture.Declaration("film") with
        {
            Policy = new FilePolicy(4, 8),
            Parts =
            [
                new FilePart(
                    new byte[LedgerLimits.PartSaltBytes],
                    70ul << 30,
                    [.. Enumerable.Repeat(FilesFixture.Segment(32 << 20, [.. Enumerable.Range(1_000, 12).Select(i => (uint)i)]), 2_240)]),
            ],
        };
        Assert.Null(DeclarationRules.Check(declaration));
        Assert.InRange(
            TestSigning.SignUnchecked(Chain.Unsigned(_files.Owner, new DeclareFile(declaration, default))).Bytes.Length,
            900_000,
            LedgerLimits.TransactionBytesMax);
    }

    private LedgerError? DeclareOn(params uint[] miners)
    {
        FileDeclaration declaration = FilesFixture.Declaration("cat.jpg", 100);
        FilePart part = declaration.Parts[0] with { Segments = [FilesFixture.Segment(100, miners)] };
        return Declare(_files.Owner, declaration with { Parts = [part] });
    }

    private LedgerError? Declare(TestAccount sender, FileDeclaration declaration) =>
        Chain.Do(sender, new DeclareFile(declaration, DeclareCondition.None)).Error;
}
