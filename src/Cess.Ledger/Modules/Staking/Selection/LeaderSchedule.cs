using System.Buffers.Binary;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking.Selection;

/// <summary>
/// Who leads when. Turns come in rounds of as many as there are validators; in each round every validator leads once, in an
/// order that the era's seed draws anew for every round. So f faulty validators lead at most 2f turns in a row.
/// </summary>
/// <param name="seed">The era's, see <see cref="EraRandomness.SeedOf"/>.</param>
/// <param name="validators">How many validators there are; at least one.</param>
public sealed class LeaderSchedule(Hash256 seed, int validators)
{
    private readonly int _validators = validators is > 0 and <= LedgerLimits.ValidatorsMax
        ? validators
        : throw new ArgumentOutOfRangeException(
            nameof(validators), validators, $"An era has 1 to {LedgerLimits.ValidatorsMax} validators.");

    private Round? _last;

    private static ReadOnlySpan<byte> OrderDomain => "cess/leaders/1"u8;

    /// <summary>How many validators take turns.</summary>
    public int Validators => _validators;

    /// <summary>The index of the validator that leads the era's turn of that number.</summary>
    /// <param name="turn">From 0 at the era's start.</param>
    public int LeaderOf(ulong turn)
    {
        if (_validators == 1)
            return 0;
        ulong number = turn / (ulong)_validators;
        Round? round = _last;
        if (round is null || round.Number != number)
            _last = round = new Round(number, Shuffle(number));
        return round.Order[(int)(turn % (ulong)_validators)];
    }

    /// <summary>
    /// The shuffle of Fisher and Yates (Durstenfeld's form, from the end): for i from n - 1 down to 1, what stands at i changes
    /// places with what stands at a number below i + 1 drawn from SHA-256 of <c>"cess/leaders/1" ‖ seed ‖ u64 round ‖ u64
    /// counter</c>: its first 8 bytes, big-endian, times (i + 1), divided by 2^64. The counter goes up from 0. The bias is below
    /// 2^-54, so nothing is drawn again.
    /// </summary>
    private int[] Shuffle(ulong round)
    {
        int[] order = [.. Enumerable.Range(0, _validators)];
        Span<byte> input = stackalloc byte[14 + Hash256.Size + 8 + 8];
        Span<byte> digest = stackalloc byte[Hash256.Size];
        OrderDomain.CopyTo(input);
        seed.WriteTo(input[14..]);
        BinaryPrimitives.WriteUInt64LittleEndian(input[(14 + Hash256.Size)..], round);
        ulong counter = 0;
        for (int i = order.Length - 1; i > 0; i--)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(input[(14 + Hash256.Size + 8)..], counter++);
            Hash256.Sha256(input).WriteTo(digest);
            int other = (int)(((UInt128)BinaryPrimitives.ReadUInt64BigEndian(digest) * (uint)(i + 1)) >> 64);
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order;
    }

    private sealed record Round(ulong Number, int[] Order);
}
