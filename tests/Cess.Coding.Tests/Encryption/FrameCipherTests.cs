using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Coding.Tests;

public sealed class FrameCipherTests
{
    private const int Frame = FrameLayout.PlaintextBytes;
    private const int Sealed = FrameLayout.CiphertextBytes;

    private static readonly byte[] s_fileKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] s_salt = [.. Enumerable.Range(0xA0, 16).Select(i => (byte)i)];

    [Theory]
    [InlineData("", "4E0CF72105A1C515000DE2535697176F")]
    [InlineData("616263", "FE225185623ADA00D11A296678867589CA7948")]
    public void A_short_part_is_encrypted_as_published(string plaintext, string ciphertext) =>
        Assert.Equal(ciphertext, Convert.ToHexString(Encrypt(Convert.FromHexString(plaintext))));

    [Theory]
    [InlineData(65_535, "980411126FAFB749B250CB86F974DCCB04CAA1BA930D7938DEA1BBACF7AEDE8A")]
    [InlineData(65_536, "35A8B2B8BFFF678EB2A4C85E919A2214BC02CCEFF4580523F0E9AC2A40759462")]
    [InlineData(65_537, "6CB0ED2CEE4F08A00F10C544913480E34766C2F3784F079BD072E1472956A527")]
    [InlineData(200_000, "662E731E90E74359C7E112E35FF3CCF6EC188F2CA3AAB6D3CA43043F75313C41")]
    public void A_long_part_is_encrypted_as_published(int length, string sha256)
    {
        byte[] plaintext = [.. Enumerable.Range(0, length).Select(i => (byte)((i * 31) + 7))];
        Assert.Equal(sha256, Convert.ToHexString(SHA256.HashData(Encrypt(plaintext))));
    }

    [Fact]
    public void Runs_of_any_length_make_the_same_part_in_place_or_not() =>
        Prop.ForAll(Gen.Choose(0, 6 * Frame).ToArbitrary(), Gen.Choose(1, 5).ToArbitrary(), (length, runFrames) =>
        {
            byte[] plaintext = Bytes(length);
            byte[] whole = Encrypt(plaintext);
            using FrameEncryptor apart = new(s_fileKey, s_salt, 0);
            using FrameEncryptor inPlace = new(s_fileKey, s_salt, 0);
            byte[] output = new byte[runFrames * Sealed];
            List<byte> apartBytes = [];
            List<byte> inPlaceBytes = [];
            int at = 0;
            do
            {
                int take = Math.Min(runFrames * Frame, length - at);
                bool isLast = at + take == length;
                int written = apart.EncryptFrames(plaintext.AsSpan(at, take), isLast, output);
                apartBytes.AddRange(output.AsSpan(0, written));

                for (int i = 0; i * Frame < take; i++)
                    plaintext.AsSpan(at + (i * Frame), Math.Min(Frame, take - (i * Frame))).CopyTo(output.AsSpan(i * Sealed));
                Assert.Equal(written, inPlace.EncryptInPlace(output, take, isLast));
                inPlaceBytes.AddRange(output.AsSpan(0, written));
                at += take;
            }
            while (at < length);
            Assert.True(whole.AsSpan().SequenceEqual(apartBytes.ToArray()));
            Assert.True(whole.AsSpan().SequenceEqual(inPlaceBytes.ToArray()));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_run_of_frames_is_decrypted_by_itself() =>
        Prop.ForAll(Gen.Choose(0, 6 * Frame).ToArbitrary(), Gen.Choose(0, 1000).Two().ToArbitrary(), (length, pick) =>
        {
            byte[] plaintext = Bytes(length);
            byte[] ciphertext = Encrypt(plaintext);
            int frames = (int)FrameLayout.FrameCount(length);
            int first = pick.Item1 % frames;
            int count = 1 + (pick.Item2 % (frames - first));
            bool isLast = first + count == frames;
            byte[] run = isLast ? ciphertext[(first * Sealed)..] : ciphertext[(first * Sealed)..((first + count) * Sealed)];
            byte[] expected = isLast ? plaintext[(first * Frame)..] : plaintext[(first * Frame)..((first + count) * Frame)];

            using FrameDecryptor cipher = new(s_fileKey, s_salt);
            byte[] output = new byte[expected.Length];
            Assert.True(cipher.TryDecryptFrames(run, first, isLast, output, out long failed));
            Assert.Equal(FrameDecryptor.NoFrame, failed);
            Assert.True(expected.AsSpan().SequenceEqual(output));

            Assert.True(cipher.TryDecryptInPlace(run, first, isLast, out _));
            for (int i = 0; i * Frame < expected.Length; i++)
            {
                ReadOnlySpan<byte> frame = expected.AsSpan(i * Frame, Math.Min(Frame, expected.Length - (i * Frame)));
                Assert.True(frame.SequenceEqual(run.AsSpan(i * Sealed, frame.Length)));
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_flipped_bit_is_refused_and_its_frame_named() =>
        Prop.ForAll(Gen.Choose(0, 3 * Frame).ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (length, pick) =>
        {
            byte[] plaintext = Bytes(length);
            byte[] ciphertext = Encrypt(plaintext);
            int bit = (int)(pick % (ciphertext.Length * 8L));
            ciphertext[bit / 8] ^= (byte)(1 << (bit % 8));

            using FrameDecryptor cipher = new(s_fileKey, s_salt);
            byte[] output = Enumerable.Repeat((byte)0xEE, length).ToArray();
            Assert.False(cipher.TryDecryptFrames(ciphertext, 0, isLast: true, output, out long failed));
            int bad = bit / 8 / Sealed;
            Assert.Equal(bad, failed);
            Assert.True(plaintext.AsSpan(0, bad * Frame).SequenceEqual(output.AsSpan(0, bad * Frame)));
            Assert.Equal(-1, output.AsSpan(bad * Frame, Math.Min(Frame, length - (bad * Frame))).IndexOfAnyExcept((byte)0));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_part_cut_off_at_a_frame_is_refused()
    {
        byte[] ciphertext = Encrypt(Bytes(3 * Frame));
        for (int frames = 1; frames < 3; frames++)
            Assert.Equal(frames - 1, FirstBadFrame(ciphertext[..(frames * Sealed)], isLast: true));
    }

    [Fact]
    public void A_part_cut_off_within_a_frame_is_refused()
    {
        byte[] ciphertext = Encrypt(Bytes((2 * Frame) + 100));
        foreach (int cut in new[] { 1, 99, 100, 101, 116, 117, Sealed, Sealed + 50 })
            Assert.NotEqual(FrameDecryptor.NoFrame, FirstBadFrame(ciphertext[..^cut], isLast: true));
    }

    [Fact]
    public void An_extended_part_is_refused()
    {
        byte[] ciphertext = Encrypt(Bytes(2 * Frame));
        Assert.Equal(1, FirstBadFrame([.. ciphertext, .. ciphertext[Sealed..]], isLast: true));
        Assert.Equal(1, FirstBadFrame([.. ciphertext, .. new byte[40]], isLast: true));
    }

    [Fact]
    public void Swapped_and_repeated_frames_are_refused()
    {
        byte[] ciphertext = Encrypt(Bytes(4 * Frame));
        byte[][] frames = [.. ciphertext.Chunk(Sealed)];
        Assert.Equal(0, FirstBadFrame([.. frames[1], .. frames[0], .. frames[2], .. frames[3]], isLast: true));
        Assert.Equal(2, FirstBadFrame([.. frames[0], .. frames[1], .. frames[1], .. frames[3]], isLast: true));
        Assert.Equal(1, FirstBadFrame([.. frames[0], .. frames[2], .. frames[3]], isLast: true));
    }

    [Fact]
    public void The_last_frame_does_not_pass_for_a_middle_one_nor_a_middle_one_for_the_last()
    {
        byte[] ciphertext = Encrypt(Bytes(2 * Frame));
        Assert.Equal(1, FirstBadFrame(ciphertext, isLast: false));
        Assert.Equal(0, FirstBadFrame(ciphertext[..Sealed], isLast: true));
        Assert.Equal(FrameDecryptor.NoFrame, FirstBadFrame(ciphertext[..Sealed], isLast: false));
    }

    [Fact]
    public void Another_key_or_another_salt_opens_nothing()
    {
        byte[] ciphertext = Encrypt(Bytes(100));
        byte[] other = [.. s_fileKey];
        other[31] ^= 1;
        using FrameDecryptor wrongKey = new(other, s_salt);
        using FrameDecryptor wrongSalt = new(s_fileKey, other.AsSpan(0, 16));
        Assert.False(wrongKey.TryDecryptFrames(ciphertext, 0, isLast: true, new byte[100], out _));
        Assert.False(wrongSalt.TryDecryptFrames(ciphertext, 0, isLast: true, new byte[100], out _));
    }

    [Fact]
    public void Every_part_has_a_salt_of_its_own()
    {
        TestRandom random = new(1);
        using FrameEncryptor one = new(s_fileKey, random);
        using FrameEncryptor two = new(s_fileKey, random);
        Assert.False(one.Salt.Span.SequenceEqual(two.Salt.Span));
        byte[] output = new byte[Sealed];
        int length = one.EncryptFrames("same"u8, isLast: true, output);
        using FrameDecryptor reader = new(s_fileKey, one.Salt.Span);
        byte[] plaintext = new byte[4];
        Assert.True(reader.TryDecryptFrames(output.AsSpan(0, length), 0, isLast: true, plaintext, out _));
        Assert.Equal("same"u8, plaintext);
    }

    [Fact]
    public void Nothing_follows_the_last_frame()
    {
        using FrameEncryptor cipher = new(s_fileKey, s_salt, 0);
        cipher.EncryptFrames(new byte[5], isLast: true, new byte[Sealed]);
        Refused.With(CodingError.FrameOutOfTurn, () => cipher.EncryptFrames(new byte[5], isLast: true, new byte[Sealed]));
    }

    [Fact]
    public void A_short_or_empty_frame_is_refused_unless_it_is_the_last_or_the_only_one()
    {
        using FrameEncryptor cipher = new(s_fileKey, s_salt, 0);
        byte[] output = new byte[2 * Sealed];
        Refused.With(CodingError.LengthInvalid, () => cipher.EncryptFrames(new byte[5], isLast: false, output));
        Refused.With(CodingError.LengthInvalid, () => cipher.EncryptFrames([], isLast: false, output));
        cipher.EncryptFrames(new byte[Frame], isLast: false, output);
        Refused.With(CodingError.LengthInvalid, () => cipher.EncryptFrames([], isLast: true, output));
        Assert.Equal(1, cipher.NextFrame);
    }

    [Fact]
    public void The_counter_never_wraps()
    {
        using FrameEncryptor cipher = new(s_fileKey, s_salt, FrameLayout.FramesMax - 1);
        byte[] output = new byte[2 * Sealed];
        Refused.With(CodingError.PartTooLong, () => cipher.EncryptFrames(new byte[2 * Frame], isLast: false, output));
        cipher.EncryptFrames(new byte[Frame], isLast: false, output);
        Refused.With(CodingError.PartTooLong, () => cipher.EncryptFrames(new byte[1], isLast: true, output));

        using FrameDecryptor reader = new(s_fileKey, s_salt);
        Assert.True(reader.TryDecryptFrames(output.AsSpan(0, Sealed), FrameLayout.FramesMax - 1, isLast: false, new byte[Frame], out _));
        Assert.False(reader.TryDecryptFrames(output, FrameLayout.FramesMax - 1, isLast: false, new byte[2 * Frame], out _));
        Assert.False(reader.TryDecryptFrames(output.AsSpan(0, Sealed), FrameLayout.FramesMax, isLast: false, new byte[Frame], out _));
        Assert.False(reader.TryDecryptFrames(output.AsSpan(0, Sealed), -1, isLast: false, new byte[Frame], out _));
    }

    [Fact]
    public void Buffers_that_are_too_small_are_refused_before_a_frame_is_taken()
    {
        using FrameEncryptor cipher = new(s_fileKey, s_salt, 0);
        Refused.With(CodingError.LengthInvalid, () => cipher.EncryptFrames(new byte[100], isLast: true, new byte[115]));
        Refused.With(CodingError.LengthInvalid, () => cipher.EncryptInPlace(new byte[115], 100, isLast: true));
        Refused.With(CodingError.LengthInvalid, () => cipher.EncryptInPlace(new byte[115], -1, isLast: true));
        Assert.Equal(0, cipher.NextFrame);
        using FrameDecryptor reader = new(s_fileKey, s_salt);
        byte[] ciphertext = Encrypt(new byte[100]);
        Refused.With(CodingError.LengthInvalid, () => reader.TryDecryptFrames(ciphertext, 0, isLast: true, new byte[99], out _));
    }

    [Fact]
    public void Keys_and_salts_of_other_lengths_are_refused()
    {
        Refused.With(CodingError.LengthInvalid, () => new FrameDecryptor(new byte[31], s_salt));
        Refused.With(CodingError.LengthInvalid, () => new FrameDecryptor(s_fileKey, new byte[17]));
        Refused.With(CodingError.LengthInvalid, () => new FrameEncryptor(new byte[16], SystemRandom.Instance));
    }

    [Fact]
    public void A_disposed_cipher_does_nothing()
    {
        FrameEncryptor writer = new(s_fileKey, s_salt, 0);
        FrameDecryptor reader = new(s_fileKey, s_salt);
        writer.Dispose();
        reader.Dispose();
        Assert.Throws<ObjectDisposedException>(() => writer.EncryptFrames([1], isLast: true, new byte[17]));
        Assert.Throws<ObjectDisposedException>(() => reader.TryDecryptFrames(new byte[17], 0, isLast: true, new byte[1], out _));
    }

    [Fact]
    public void Neither_encryption_nor_decryption_allocates()
    {
        using FrameEncryptor writer = new(s_fileKey, s_salt, 0);
        using FrameDecryptor reader = new(s_fileKey, s_salt);
        byte[] plaintext = new byte[2 * Frame];
        byte[] ciphertext = new byte[2 * Sealed];
        void Once()
        {
            long frame = writer.NextFrame;
            writer.EncryptFrames(plaintext, isLast: false, ciphertext);
            Assert.True(reader.TryDecryptFrames(ciphertext, frame, isLast: false, plaintext, out _));
            Assert.True(reader.TryDecryptInPlace(ciphertext, frame, isLast: false, out _));
            writer.EncryptInPlace(ciphertext, 2 * Frame, isLast: false);
        }

        for (int i = 0; i < 100; i++)
            Once();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            Once();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Many_threads_share_a_cipher()
    {
        byte[] plaintext = Bytes(64 * Frame);
        byte[] ciphertext = Encrypt(plaintext);
        using FrameDecryptor reader = new(s_fileKey, s_salt);
        byte[] output = new byte[plaintext.Length];
        Parallel.For(0, 64, new() { MaxDegreeOfParallelism = 8 }, i =>
            Assert.True(reader.TryDecryptFrames(
                ciphertext.AsSpan(i * Sealed, Sealed), i, isLast: i == 63, output.AsSpan(i * Frame, Frame), out _)));
        Assert.True(plaintext.AsSpan().SequenceEqual(output));
    }

    private static byte[] Encrypt(byte[] plaintext)
    {
        using FrameEncryptor cipher = new(s_fileKey, s_salt, 0);
        byte[] ciphertext = new byte[FrameLayout.CiphertextLength(plaintext.Length)];
        Assert.Equal(ciphertext.Length, cipher.EncryptFrames(plaintext, isLast: true, ciphertext));
        return ciphertext;
    }

    private static long FirstBadFrame(byte[] ciphertext, bool isLast)
    {
        using FrameDecryptor cipher = new(s_fileKey, s_salt);
        cipher.TryDecryptFrames(ciphertext, 0, isLast, new byte[ciphertext.Length], out long failed);
        return failed;
    }

    private static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
