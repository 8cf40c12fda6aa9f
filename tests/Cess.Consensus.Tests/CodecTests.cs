using Cess.Consensus.Evidence;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Consensus.Tests;

public sealed class CodecTests
{
    private static readonly byte[][] s_encodings =
    [
        .. Samples.Messages.Values.Select(Scale.Encode),
        .. Samples.Records.Values.Select(Scale.Encode),
        .. Samples.Evidence.Values.Select(Scale.Encode),
    ];

    [Fact]
    public void Everything_is_read_as_it_was_written()
    {
        foreach (ConsensusMessage message in Samples.Messages.Values)
            AssertReads<ConsensusMessage>(Scale.Encode(message), message.GetType());
        foreach (ConsensusRecord record in Samples.Records.Values)
            AssertReads<ConsensusRecord>(Scale.Encode(record), record.GetType());
        foreach (EquivocationEvidence evidence in Samples.Evidence.Values)
            AssertReads<EquivocationEvidence>(Scale.Encode(evidence), evidence.GetType());
    }

    [Fact]
    public void There_is_a_sample_of_everything()
    {
        Assert.Equal(Sealed<ConsensusMessage>(), Samples.Messages.Values.Select(value => value.GetType()).ToHashSet());
        Assert.Equal(Sealed<ConsensusRecord>(), Samples.Records.Values.Select(value => value.GetType()).ToHashSet());
        Assert.Equal(Sealed<EquivocationEvidence>(), Samples.Evidence.Values.Select(value => value.GetType()).ToHashSet());

        static HashSet<Type> Sealed<T>() =>
            [.. typeof(T).Assembly.GetTypes().Where(type => type.IsSealed && type.IsAssignableTo(typeof(T)))];
    }

    [Fact]
    public void No_beginning_of_an_encoding_is_one()
    {
        AssertWhole(Samples.Messages.Values);
        AssertWhole(Samples.Records.Values);
        AssertWhole(Samples.Evidence.Values);

        static void AssertWhole<T>(IEnumerable<T> samples)
            where T : IScaleValue<T>
        {
            foreach (byte[] bytes in samples.Select(Scale.Encode))
            {
                for (int length = 0; length < bytes.Length; length++)
                    Assert.False(Scale.TryDecode<T>(bytes.AsSpan(0, length), out _, out _));
                Assert.False(Scale.TryDecode<T>([.. bytes, 0], out _, out _));
            }
        }
    }

    [Fact]
    public void Bytes_that_are_changed_are_refused_or_mean_something_else()
    {
        Gen<(byte[], int, byte)> changes =
            from bytes in Gen.Elements(s_encodings)
            from at in Gen.Choose(0, bytes.Length - 1)
            from flip in Gen.Choose(1, 255)
            select (bytes, at, (byte)flip);
        Prop.ForAll(changes.ToArbitrary(), change =>
        {
            byte[] bytes = [.. change.Item1];
            bytes[change.Item2] ^= change.Item3;
            return IsCanonical<ConsensusMessage>(bytes) && IsCanonical<ConsensusRecord>(bytes) && IsCanonical<EquivocationEvidence>(bytes);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));
    }

    [Fact]
    public void Random_bytes_are_refused_or_canonical() =>
        Prop.ForAll<byte[]>(bytes =>
            IsCanonical<ConsensusMessage>(bytes) && IsCanonical<ConsensusRecord>(bytes) && IsCanonical<EquivocationEvidence>(bytes))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void Votes_out_of_order_are_refused()
    {
        CertificateVote vote = new(1, Samples.Signature);
        AssertInvalid<ConsensusMessage>(new NotarisationMessage(new Notarisation(1, null, [vote, vote])));
        AssertInvalid<ConsensusMessage>(new NotarisationMessage(new Notarisation(1, null, [vote, vote with { Validator = 0 }])));
        AssertInvalid<ConsensusMessage>(new FinalisationMessage(new Certificate(default, 1, [vote, vote])));
    }

    [Fact]
    public void Values_that_break_a_rule_of_their_own_are_refused()
    {
        AssertInvalid<ConsensusMessage>(new ProposalMessage(new SignedProposal(5, 5, default, default, default), null));
        AssertInvalid<ConsensusMessage>(new NotarisationsRequest(5, 4));
        AssertInvalid<ConsensusMessage>(new FinalBlocks([], [], Samples.Certificate));
        Vote vote = new(1, VoteKind.Notarise, 1, default, default);
        AssertInvalid<EquivocationEvidence>(new VoteEquivocation(vote, vote));
        AssertInvalid<EquivocationEvidence>(new VoteEquivocation(vote, vote with { Kind = VoteKind.Finalise }));
    }

    [Fact]
    public void A_message_that_is_too_long_is_refused_unread()
    {
        byte[] bytes = new byte[ConsensusLimits.MessageBytesMax + 1];
        Assert.False(Scale.TryDecode<ConsensusMessage>(bytes, out _, out ScaleError error));
        Assert.Equal(ScaleError.TooLong, error);
    }

    [Fact]
    public void No_two_statements_have_one_digest()
    {
        Hash256[] blocks = [Samples.Fill(1), Samples.Fill(2)];
        List<Hash256> digests = [];
        foreach (ulong iteration in new ulong[] { 1, 2, 64, 1UL << 40 })
        {
            digests.Add(Vote.Digest(VoteKind.Dummy, Samples.Genesis, iteration, default));
            digests.Add(Vote.Digest(VoteKind.Dummy, Samples.Fill(9), iteration, default));
            foreach (Hash256 block in blocks)
            {
                digests.Add(Vote.Digest(VoteKind.Notarise, Samples.Genesis, iteration, block));
                digests.Add(Vote.Digest(VoteKind.Finalise, Samples.Genesis, iteration, block));
                digests.Add(SignedProposal.Digest(Samples.Genesis, iteration, 0, block, blocks[0]));
                digests.Add(SignedProposal.Digest(Samples.Genesis, iteration, 0, block, blocks[1]));
            }
        }

        Assert.Equal(digests.Count, digests.Distinct().Count());
    }

    [Fact]
    public void Final_blocks_end_at_a_certificate_where_one_is_near()
    {
        List<(Block Block, Certificate? Certificate)> chain = Chain(300, certifiedEvery: 50);
        FinalBlocks answer = FinalBlocks.Collect(chain)!;
        Assert.Equal((100, 0), (answer.Blocks.Length, answer.Links.Length));
        Assert.Equal(chain[99].Certificate, answer.Certificate);
    }

    [Fact]
    public void Final_blocks_without_a_certificate_are_linked_to_the_next_one()
    {
        List<(Block Block, Certificate? Certificate)> chain = Chain(300, certifiedEvery: 200);
        FinalBlocks answer = FinalBlocks.Collect(chain)!;
        Assert.Equal((ConsensusLimits.FinalBlocksMax, 200 - ConsensusLimits.FinalBlocksMax), (answer.Blocks.Length, answer.Links.Length));
        Assert.Equal(chain[199].Certificate, answer.Certificate);
        const int tooFar = ConsensusLimits.FinalBlocksMax + ConsensusLimits.LinkHeadersMax + 1;
        Assert.NotNull(FinalBlocks.Collect(Chain(tooFar, certifiedEvery: tooFar - 1)));
        Assert.Null(FinalBlocks.Collect(Chain(tooFar, certifiedEvery: tooFar)));
        Assert.Null(FinalBlocks.Collect([]));
        Assert.Single(FinalBlocks.Collect(Chain(1, certifiedEvery: 1))!.Blocks);
    }

    [Fact]
    public void Final_blocks_are_of_one_era()
    {
        List<(Block Block, Certificate? Certificate)> chain = Chain(60, certifiedEvery: 10);
        for (int at = 29; at < chain.Count; at += 10)
            chain[at] = (chain[at].Block, chain[at].Certificate! with { Iteration = Iterations.BaseOf(1) + (ulong)at });
        FinalBlocks answer = FinalBlocks.Collect(chain)!;
        Assert.Equal((20, 20UL), (answer.Blocks.Length, answer.Certificate.Iteration));
        Assert.Equal(40, FinalBlocks.Collect(chain.Skip(20))!.Blocks.Length);
    }

    private static List<(Block Block, Certificate? Certificate)> Chain(int count, int certifiedEvery) =>
    [
        .. Enumerable.Range(1, count).Select(height => (
            Lockstep.MakeBlock((ulong)height, default, 0),
            height % certifiedEvery == 0 ? Samples.Certificate with { Iteration = (ulong)height } : null)),
    ];

    private static void AssertReads<T>(byte[] bytes, Type type)
        where T : IScaleValue<T>
    {
        T read = Scale.Decode<T>(bytes);
        Assert.Equal(type, read.GetType());
        Assert.Equal(bytes, Scale.Encode(read));
    }

    private static void AssertInvalid<T>(T value)
        where T : class, IScaleValue<T>
    {
        Assert.False(Scale.TryDecode<T>(Scale.Encode(value), out _, out ScaleError error));
        Assert.Equal(ScaleError.InvalidValue, error);
    }

    private static bool IsCanonical<T>(byte[] bytes)
        where T : class, IScaleValue<T> =>
        !Scale.TryDecode<T>(bytes, out T? value, out _) || Scale.Encode(value).AsSpan().SequenceEqual(bytes);
}
