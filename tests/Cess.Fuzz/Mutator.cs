using System.Buffers.Binary;

namespace Cess.Fuzz;

/// <summary>
/// Makes inputs of others: flips bits, changes, removes, repeats and inserts bytes, splices two inputs, and writes what breaks
/// parsers where lengths and counts may be (the largest values of each width, in the byte orders and compact forms that SCALE has).
/// </summary>
public sealed class Mutator(int seed, IReadOnlyList<byte[]> seeds)
{
    private const int StepsMax = 6;
    private const int RepeatMax = 64;

    private static readonly byte[][] s_extremes =
    [
        [0x00], [0xff], [0x7f], [0x80], [0xfc], [0xfd, 0xff], [0xfe, 0xff, 0xff, 0xff], [0x02, 0x00, 0x00, 0x80],
        [0x03, 0xff, 0xff, 0xff, 0xff], [0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x01, 0x00], [0x02, 0x00, 0x00, 0x00],
        [0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x7f], [0x00, 0x00, 0x00, 0x80],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    ];

    private readonly Random _random = new(seed);

    /// <summary>The next input.</summary>
    public byte[] Next()
    {
        List<byte> input = [.. Seed()];
        for (int steps = _random.Next(1, StepsMax); steps > 0; steps--)
            Change(input);
        return [.. input];
    }

    private byte[] Seed() => seeds[_random.Next(seeds.Count)];

    private void Change(List<byte> input)
    {
        if (input.Count == 0)
        {
            input.AddRange(Seed());
            return;
        }
        int at = _random.Next(input.Count);
        switch (_random.Next(9))
        {
            case 0:
                input[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                input[at] = (byte)_random.Next(256);
                break;
            case 2:
                input.RemoveRange(at, input.Count - at);
                break;
            case 3:
                input.RemoveRange(at, Math.Min(_random.Next(1, RepeatMax), input.Count - at));
                break;
            case 4:
                input.InsertRange(at, input.GetRange(at, Math.Min(_random.Next(1, RepeatMax), input.Count - at)));
                break;
            case 5:
                byte[] other = Seed();
                int from = _random.Next(other.Length);
                input.RemoveRange(at, input.Count - at);
                input.AddRange(other[from..]);
                break;
            case 6:
                Overwrite(input, at, s_extremes[_random.Next(s_extremes.Length)]);
                break;
            case 7:
                input.InsertRange(at, s_extremes[_random.Next(s_extremes.Length)]);
                break;
            default:
                byte[] number = new byte[sizeof(ulong)];
                BinaryPrimitives.WriteUInt64LittleEndian(number, 1UL << _random.Next(64));
                Overwrite(input, at, number[.._random.Next(1, number.Length + 1)]);
                break;
        }
    }

    private static void Overwrite(List<byte> input, int at, byte[] bytes)
    {
        for (int i = 0; i < bytes.Length && at + i < input.Count; i++)
            input[at + i] = bytes[i];
    }
}
