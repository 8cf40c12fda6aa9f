using System.Runtime.CompilerServices;

namespace Cess.Coding.Kernels;

/// <summary>
/// The coder's inner loop over one instruction set. Several outputs are summed in registers while each input vector is
/// loaded once; shards are worked through in tiles, so that a second group of outputs finds its inputs in the cache.
/// </summary>
internal static unsafe partial class DotProduct<TLanes, TVector, TOperand, TFactor>
    where TLanes : struct, IFieldLanes<TVector, TOperand, TFactor>
    where TVector : struct
    where TOperand : struct
    where TFactor : struct
{
    public static void Run(in Pass pass)
    {
        // The wide kernels take inputs by twos: to an odd last one comes the same times zero.
        int inputCount = TLanes.IsWide ? (pass.InputCount + 1) & ~1 : pass.InputCount;
        byte** inputs = stackalloc byte*[inputCount];
        for (int c = 0; c < inputCount; c++)
            inputs[c] = pass.Inputs[Math.Min(c, pass.InputCount - 1)];

        // The coefficients of a group lie column by column, in the order in which its kernel uses them.
        byte* coefficients = stackalloc byte[inputCount * pass.OutputCount];
        byte* next = coefficients;
        for (int first = 0; first < pass.OutputCount; first += GroupSize(pass.OutputCount - first))
        {
            int rows = GroupSize(pass.OutputCount - first);
            for (int c = 0; c < inputCount; c++)
            {
                for (int r = 0; r < rows; r++)
                    *next++ = c < pass.InputCount ? pass.Rows[first + r][c] : (byte)0;
            }
        }

        Pass padded = pass with { Inputs = inputs, InputCount = inputCount };
        for (nuint from = 0; from < pass.Length; from += CodingLimits.CodingTileBytes)
        {
            nuint to = Math.Min(from + CodingLimits.CodingTileBytes, pass.Length);
            for (int first = 0; first < pass.OutputCount; first += GroupSize(pass.OutputCount - first))
            {
                int rows = GroupSize(pass.OutputCount - first);
                Tile(padded, rows, pass.Outputs + first, coefficients + (first * inputCount), from, to);
            }
        }
    }

    private static int GroupSize(int outputsLeft) => outputsLeft switch
    {
        >= 8 when TLanes.IsWide => 8,
        >= 6 when TLanes.IsWide => 6,
        >= 4 => 4,
        >= 2 => 2,
        _ => 1,
    };

    private static void Tile(in Pass pass, int rows, byte** outputs, byte* coefficients, nuint from, nuint to)
    {
        nuint done = rows switch
        {
            8 => WideEight(pass, outputs, coefficients, from, to),
            6 => WideSix(pass, outputs, coefficients, from, to),
            4 when TLanes.IsWide => WideFour(pass, outputs, coefficients, from, to),
            4 => Four(pass, outputs, coefficients, from, to),
            2 when TLanes.IsWide => WideTwo(pass, outputs, coefficients, from, to),
            2 => Two(pass, outputs, coefficients, from, to),
            _ when TLanes.IsWide => WideOne(pass, outputs, coefficients, from, to),
            _ => One(pass, outputs, coefficients, from, to),
        };
        if (done < to)
            Tail(pass, rows, outputs, coefficients, done, to);
    }

    /// <summary>
    /// The rest of a tile. Its last vector ends with the tile and overlaps what was written before, with the same bytes;
    /// shards shorter than a vector go byte by byte.
    /// </summary>
    private static void Tail(in Pass pass, int rows, byte** outputs, byte* coefficients, nuint from, nuint to)
    {
        nuint width = (nuint)TLanes.Width;
        bool vectors = to >= width;
        for (int r = 0; r < rows; r++)
        {
            for (nuint at = from; at < to; at += vectors ? width : 1)
            {
                if (vectors)
                    OneVector(pass, rows, outputs[r], coefficients + r, Math.Min(at, to - width));
                else
                    OneByte(pass, rows, outputs[r], coefficients + r, at);
            }
        }
    }

    private static void OneVector(in Pass pass, int rows, byte* output, byte* coefficients, nuint at)
    {
        TVector sum = default;
        for (int c = 0; c < pass.InputCount; c++)
        {
            TFactor factor = TLanes.Factor(TLanes.Tables, coefficients[c * rows]);
            sum = TLanes.MultiplyAdd(sum, TLanes.Load(pass.Inputs[c] + at), factor);
        }
        TLanes.Store(output + at, sum);
    }

    private static void OneByte(in Pass pass, int rows, byte* output, byte* coefficients, nuint at)
    {
        byte sum = 0;
        for (int c = 0; c < pass.InputCount; c++)
            sum ^= GaloisField.Multiply(coefficients[c * rows], pass.Inputs[c][at]);
        output[at] = sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(in Pass pass, byte* target, TVector value)
    {
        if (pass.NonTemporal)
            TLanes.StoreNonTemporal(target, value);
        else
            TLanes.Store(target, value);
    }
}
