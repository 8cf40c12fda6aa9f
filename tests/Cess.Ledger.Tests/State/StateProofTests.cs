using Cess.Ledger.State;
using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Ledger.Tests.State;

public sealed class StateProofTests
{
    [Fact]
    public void Every_present_key_is_proven_present_and_every_other_absent()
    {
        Prop.ForAll(TreeChanges.Arbitrary(), TreeChanges.Arbitrary(), (changes, others) =>
        {
            StateTree tree = Build(changes);
            foreach (StateKey key in changes.Concat(others).Select(c => c.Key))
            {
                StateProof proof = Scale.Decode<StateProof>(Scale.Encode(StateProof.Of(tree, key)));
                bool isPresent = tree.TryGet(key, out ReadOnlyMemory<byte> value);
                Assert.Equal(isPresent, proof.ProvesValue(tree.Root, key, value.Span));
                Assert.Equal(!isPresent, proof.ProvesAbsence(tree.Root, key));
                Assert.False(proof.ProvesValue(tree.Root, key, [.. value.Span, 1]));
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void One_proof_answers_for_many_keys_and_for_no_other()
    {
        StateTree tree = Big();
        StateKey[] asked = [Key(1), Key(2), Key(500), Key(-1), Key(-2)];
        StateProof proof = StateProof.Of(tree, asked);

        Assert.Equal(tree.Root, proof.Root);
        Assert.True(proof.ProvesValue(tree.Root, Key(500), BitConverter.GetBytes(500)));
        Assert.True(proof.ProvesAbsence(tree.Root, Key(-1)));
        Assert.Equal(StateProofAnswer.Unknown, proof.Find(Key(700), out _));
        Assert.False(proof.ProvesAbsence(tree.Root, Key(700)));
        Assert.True(Scale.Encode(proof).Length < asked.Sum(k => Scale.Encode(StateProof.Of(tree, k)).Length));
    }

    [Fact]
    public void The_empty_tree_proves_every_absence()
    {
        StateProof proof = StateProof.Of(StateTree.Empty, Key(1));
        Assert.Equal([0], Scale.Encode(proof));
        Assert.True(proof.ProvesAbsence(Hash256.Zero, Key(1)));
        Assert.False(proof.ProvesAbsence(Big().Root, Key(1)));
    }

    [Fact]
    public void No_changed_bit_of_a_proof_passes_for_the_same_root()
    {
        StateTree tree = Big();
        foreach (StateKey key in new[] { Key(9), Key(-9) })
        {
            byte[] bytes = Scale.Encode(StateProof.Of(tree, key));
            for (int bit = 0; bit < bytes.Length * 8; bit++)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                if (Scale.TryDecode<StateProof>(bytes, out var proof, out _))
                    Assert.NotEqual(tree.Root, proof.Root);
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Fact]
    public void No_cut_off_proof_is_read()
    {
        byte[] bytes = Scale.Encode(StateProof.Of(Big(), Key(9)));
        for (int length = 0; length < bytes.Length; length++)
            Assert.False(Scale.TryDecode<StateProof>(bytes.AsSpan(0, length), out _, out _));
    }

    [Fact]
    public void Shapes_that_no_tree_has_are_refused()
    {
        byte[] pruned = [0, .. new byte[32]];
        byte[] leafWithZeros = [2, .. new byte[32], .. new byte[32]];

        Assert.Equal(ScaleError.InvalidValue, Refusal([1, .. pruned]));
        Assert.Equal(ScaleError.InvalidValue, Refusal([1, 1, 5, .. pruned, .. pruned]));
        Assert.Equal(ScaleError.InvalidValue, Refusal([1, 1, 5, .. pruned, .. leafWithZeros]));
        Assert.Equal(ScaleError.InvalidValue, Refusal([1, 1, 5, 1, 5, .. leafWithZeros, .. pruned, .. pruned]));
        Assert.Equal(ScaleError.InvalidValue, Refusal([1, 1, 5, 1, 4, .. leafWithZeros, .. pruned, .. pruned]));
        Assert.Equal(ScaleError.UnknownVariant, Refusal([1, 3]));
        Assert.Equal(ScaleError.None, Refusal([1, 1, 5, 1, 6, .. leafWithZeros, .. pruned, .. pruned]));
    }

    [Fact]
    public void Nesting_is_bounded_by_the_length_of_a_key()
    {
        List<byte> bytes = [1];
        for (int i = 0; i < 100_000; i++)
            bytes.AddRange([1, (byte)Math.Min(i, 255)]);
        Assert.Equal(ScaleError.InvalidValue, Refusal([.. bytes]));
    }

    private static ScaleError Refusal(byte[] bytes)
    {
        Scale.TryDecode<StateProof>(bytes, out _, out ScaleError error);
        return error;
    }

    private static StateTree Big()
    {
        StateTreeBuilder builder = StateTree.Empty.ToBuilder();
        for (int i = 0; i < 1_000; i++)
            builder.Set(Key(i), BitConverter.GetBytes(i));
        return builder.ToTree();
    }

    private static StateTree Build(TreeChange[] changes)
    {
        StateTreeBuilder builder = StateTree.Empty.ToBuilder();
        foreach (TreeChange change in changes)
            change.ApplyTo(builder);
        return builder.ToTree();
    }

    private static StateKey Key(int i) => new(Hash256.Sha256(BitConverter.GetBytes(i)));
}
