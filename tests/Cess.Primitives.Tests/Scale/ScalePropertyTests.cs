using System.Buffers;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Primitives.Tests;

public class ScalePropertyTests
{
    private enum Kind : byte
    {
        None = 0,
        Transfer = 3,
        Batch = 200,
    }

    [Fact]
    public void Every_compact_integer_comes_back_and_has_the_shortest_length() =>
        Prop.ForAll(Generate.Integer().ToArbitrary(), value =>
        {
            using ScaleWriter writer = new();
            writer.WriteCompact(value);
            ScaleReader reader = new(writer.WrittenSpan);
            UInt128 read = reader.ReadCompactU128();
            reader.EnsureEnd();

            int bits = 128 - (int)UInt128.LeadingZeroCount(value);
            int shortest = bits <= 6 ? 1 : bits <= 14 ? 2 : bits <= 30 ? 4 : 1 + Math.Max(4, (bits + 7) / 8);
            return read == value && writer.Length == shortest;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_value_comes_back_equal() =>
        Prop.ForAll(Samples().ToArbitrary(), sample =>
        {
            byte[] bytes = Scale.Encode(sample);
            Sample decoded = Scale.Decode<Sample>(bytes);
            return sample.SameAs(decoded)
                && bytes.AsSpan().SequenceEqual(Scale.Encode(decoded))
                && Scale.Sha256(sample) == Hash256.Sha256(bytes);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_cut_of_an_encoding_is_refused() =>
        Prop.ForAll(Samples().ToArbitrary(), sample =>
        {
            byte[] bytes = Scale.Encode(sample);
            return Enumerable.Range(0, bytes.Length).All(length =>
                !Scale.TryDecode<Sample>(bytes.AsSpan(0, length), out Sample? _, out ScaleError error)
                && error == ScaleError.UnexpectedEnd);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Random_bytes_are_either_canonical_or_refused_with_a_code() =>
        Prop.ForAll(Generate.Bytes(0, 80).ToArbitrary(), bytes =>
            Scale.TryDecode<Sample>(bytes, out Sample? sample, out ScaleError error)
                ? Scale.Encode(sample).AsSpan().SequenceEqual(bytes)
                : error != ScaleError.None).QuickCheckThrowOnFailure();

    [Fact]
    public void Altered_encodings_are_either_canonical_or_refused_with_a_code() =>
        Prop.ForAll(Samples().ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (sample, where) =>
        {
            byte[] bytes = Scale.Encode(sample);
            bytes[(where / 8) % bytes.Length] ^= (byte)(1 << (where % 8));
            return Scale.TryDecode<Sample>(bytes, out Sample? decoded, out ScaleError error)
                ? Scale.Encode(decoded).AsSpan().SequenceEqual(bytes) && !decoded.SameAs(sample)
                : error != ScaleError.None;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_writer_grows_and_keeps_what_it_holds()
    {
        using ScaleWriter writer = new();
        for (uint i = 0; i < 100_000; i++)
            writer.WriteU32(i);

        ArrayBufferWriter<byte> copy = new();
        writer.CopyTo(copy);
        ScaleReader reader = new(copy.WrittenSpan);
        for (uint i = 0; i < 100_000; i++)
            Assert.Equal(i, reader.ReadU32());
        reader.EnsureEnd();
    }

    [Fact]
    public void A_writer_refuses_to_grow_beyond_its_bound()
    {
        using ScaleWriter writer = new();
        writer.WriteU8(1);
        ScaleException e = Assert.Throws<ScaleException>(() => writer.Reserve(PrimitivesLimits.ScaleWriterBytesMax));
        Assert.Equal((ScaleError.TooLong, 1), (e.Error, writer.Length));
    }

    [Fact]
    public void A_writer_is_of_no_use_after_its_end()
    {
        ScaleWriter writer = new();
        writer.Dispose();
        writer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => writer.WriteU8(1));
    }

    [Fact]
    public void An_encoding_within_an_encoding_does_not_disturb_it()
    {
        Hash256 hash = Hash256.Sha256("abc"u8);
        byte[] bytes = Scale.Encode(new Envelope(hash));
        Assert.Equal([7, 128, .. hash.ToArray(), 9], bytes);
    }

    [Fact]
    public void A_long_vector_is_not_taken_for_a_deep_one()
    {
        Hash256[] hashes = Enumerable.Range(0, 1000).Select(i => Hash256.Sha256(BitConverter.GetBytes(i))).ToArray();
        using ScaleWriter writer = new();
        writer.WriteVector<Hash256>(hashes);
        ScaleReader reader = new(writer.WrittenSpan);
        Assert.Equal(hashes, reader.ReadVector<Hash256>(countMax: 1000, elementBytesMin: Hash256.Size));
        reader.EnsureEnd();
    }

    [Fact]
    public void What_was_read_since_a_mark_is_its_encoding()
    {
        ScaleReader reader = new([1, 2, 3, 4]);
        reader.ReadU8();
        int start = reader.Offset;
        reader.ReadU16();
        Assert.Equal([2, 3], reader.Since(start).ToArray());
        Assert.Equal(1, reader.Remaining);
    }

    private static Gen<Sample> Samples() =>
        from number in Generate.Integer()
        from wide in Generate.Integer()
        from flag in Gen.Elements(true, false)
        from kind in Gen.Elements(Kind.None, Kind.Transfer, Kind.Batch)
        from name in Gen.Elements("", "a", "Война", "🜁", new string('x', 70))
        from bytes in Generate.Bytes(0, 70)
        from parent in Gen.OneOf(Gen.Constant((Hash256?)null), Generate.Hash().Generator.Select(h => (Hash256?)h))
        from hashes in Gen.Choose(0, 3).SelectMany(count => Gen.ArrayOf(Generate.Hash().Generator, count))
        select new Sample(number, wide, flag, kind, name, bytes, parent, hashes);

    private sealed record Sample(
        UInt128 Number, UInt128 Wide, bool Flag, Kind Kind, string Name, byte[] Bytes, Hash256? Parent, Hash256[] Hashes)
        : IScaleValue<Sample>
    {
        public static Sample Decode(ref ScaleReader reader) => new(
            reader.ReadCompactU128(),
            reader.ReadU128(),
            reader.ReadBool(),
            reader.ReadEnum<Kind>(),
            reader.ReadString(bytesMax: 100),
            reader.ReadBytes(lengthMax: 100).ToArray(),
            reader.ReadOptionalValue<Hash256>(),
            reader.ReadVector<Hash256>(countMax: 10, elementBytesMin: Hash256.Size));

        public void Encode(ScaleWriter writer)
        {
            writer.WriteCompact(Number);
            writer.WriteU128(Wide);
            writer.WriteBool(Flag);
            writer.WriteEnum(Kind);
            writer.WriteString(Name);
            writer.WriteBytes(Bytes);
            writer.WriteOption(Parent);
            writer.WriteVector<Hash256>(Hashes);
        }

        public bool SameAs(Sample other) =>
            (Number, Wide, Flag, Kind, Name, Parent) == (other.Number, other.Wide, other.Flag, other.Kind, other.Name, other.Parent)
            && Bytes.AsSpan().SequenceEqual(other.Bytes)
            && Hashes.AsSpan().SequenceEqual(other.Hashes);
    }

    private sealed record Envelope(Hash256 Content) : IScaleValue<Envelope>
    {
        public static Envelope Decode(ref ScaleReader reader) => throw new NotSupportedException();

        public void Encode(ScaleWriter writer)
        {
            writer.WriteU8(7);
            writer.WriteBytes(Scale.Encode(Content));
            writer.WriteU8(9);
        }
    }
}
