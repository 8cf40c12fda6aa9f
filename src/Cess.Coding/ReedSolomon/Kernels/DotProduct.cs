using System.Runtime.CompilerServices;

namespace Cess.Coding.Kernels;

/// <summary>
/// The coder's inner loop over one instruction set. Several outputs are summed in registers while each input vector is
/// loaded once; shards are worked through in tiles, so that a second group of outputs finds its inputs in the cache.
/// </summary>
internal static unsafe class DotProduct<TLanes, TVector, TOperand, TFactor>
    where TLanes : struct, IFieldLanes<TVector, TOperand, TFactor>
    where TVector : struct
    where TOperand : struct
    where TFactor : struct
{
    /// <summary>The most outputs that one group holds in registers.</summary>
    private const int GroupMax = 8;

    public static void Run(in Pass pass)
    {
        // The coefficients of a group lie column by column, in the order in which its kernel uses them.
        byte* coefficients = stackalloc byte[pass.InputCount * pass.OutputCount];
        for (int first = 0; first < pass.OutputCount;)
        {
            int rows = GroupSize(pass.OutputCount - first);
            byte* group = coefficients + (first * pass.InputCount);
            for (int r = 0; r < rows; r++)
            {
                for (int c = 0; c < pass.InputCount; c++)
                    group[(c * rows) + r] = pass.Rows[first + r][c];
            }
            first += rows;
        }

        for (nuint from = 0; from < pass.Length; from += CodingLimits.CodingTileBytes)
        {
            nuint to = Math.Min(from + CodingLimits.CodingTileBytes, pass.Length);
            for (int first = 0; first < pass.OutputCount;)
            {
                int rows = GroupSize(pass.OutputCount - first);
                Tile(pass, rows, pass.Outputs + first, coefficients + (first * pass.InputCount), from, to);
                first += rows;
            }
        }
    }

    private static int GroupSize(int outputsLeft) => outputsLeft switch
    {
        >= GroupMax when TLanes.HasManyRegisters => GroupMax,
        >= 6 when TLanes.HasManyRegisters => 6,
        >= 4 => 4,
        >= 2 => 2,
        _ => 1,
    };

    private static void Tile(in Pass pass, int rows, byte** outputs, byte* coefficients, nuint from, nuint to)
    {
        nuint done = rows switch
        {
            8 => Eight(pass, outputs, coefficients, from, to),
            6 => Six(pass, outputs, coefficients, from, to),
            4 when TLanes.HasManyRegisters => FourWide(pass, outputs, coefficients, from, to),
            4 => Four(pass, outputs, coefficients, from, to),
            2 => Two(pass, outputs, coefficients, from, to),
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

    /// <summary>Eight outputs, two vectors of each at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint Eight(in Pass pass, byte** outputs, byte* coefficients, nuint from, nuint to)
    {
        byte** inputs = pass.Inputs;
        byte* tables = TLanes.Tables;
        nuint width = (nuint)TLanes.Width;
        nuint end = (nuint)pass.InputCount * 8;
        nuint at = from;
        for (; at + (2 * width) <= to; at += 2 * width)
        {
            TVector s0a = default, s0b = default;
            TVector s1a = default, s1b = default;
            TVector s2a = default, s2b = default;
            TVector s3a = default, s3b = default;
            TVector s4a = default, s4b = default;
            TVector s5a = default, s5b = default;
            TVector s6a = default, s6b = default;
            TVector s7a = default, s7b = default;
            byte** input = inputs;
            for (nuint i = 0; i < end; i += 8)
            {
                byte* source = *input++ + at;
                TOperand a = TLanes.Load(source);
                TOperand b = TLanes.Load(source + width);
                TFactor f0 = TLanes.Factor(tables, coefficients[i]);
                s0a = TLanes.MultiplyAdd(s0a, a, f0);
                s0b = TLanes.MultiplyAdd(s0b, b, f0);
                TFactor f1 = TLanes.Factor(tables, coefficients[i + 1]);
                s1a = TLanes.MultiplyAdd(s1a, a, f1);
                s1b = TLanes.MultiplyAdd(s1b, b, f1);
                TFactor f2 = TLanes.Factor(tables, coefficients[i + 2]);
                s2a = TLanes.MultiplyAdd(s2a, a, f2);
                s2b = TLanes.MultiplyAdd(s2b, b, f2);
                TFactor f3 = TLanes.Factor(tables, coefficients[i + 3]);
                s3a = TLanes.MultiplyAdd(s3a, a, f3);
                s3b = TLanes.MultiplyAdd(s3b, b, f3);
                TFactor f4 = TLanes.Factor(tables, coefficients[i + 4]);
                s4a = TLanes.MultiplyAdd(s4a, a, f4);
                s4b = TLanes.MultiplyAdd(s4b, b, f4);
                TFactor f5 = TLanes.Factor(tables, coefficients[i + 5]);
                s5a = TLanes.MultiplyAdd(s5a, a, f5);
                s5b = TLanes.MultiplyAdd(s5b, b, f5);
                TFactor f6 = TLanes.Factor(tables, coefficients[i + 6]);
                s6a = TLanes.MultiplyAdd(s6a, a, f6);
                s6b = TLanes.MultiplyAdd(s6b, b, f6);
                TFactor f7 = TLanes.Factor(tables, coefficients[i + 7]);
                s7a = TLanes.MultiplyAdd(s7a, a, f7);
                s7b = TLanes.MultiplyAdd(s7b, b, f7);
            }
            Put(pass, outputs[0] + at, s0a);
            Put(pass, outputs[0] + at + width, s0b);
            Put(pass, outputs[1] + at, s1a);
            Put(pass, outputs[1] + at + width, s1b);
            Put(pass, outputs[2] + at, s2a);
            Put(pass, outputs[2] + at + width, s2b);
            Put(pass, outputs[3] + at, s3a);
            Put(pass, outputs[3] + at + width, s3b);
            Put(pass, outputs[4] + at, s4a);
            Put(pass, outputs[4] + at + width, s4b);
            Put(pass, outputs[5] + at, s5a);
            Put(pass, outputs[5] + at + width, s5b);
            Put(pass, outputs[6] + at, s6a);
            Put(pass, outputs[6] + at + width, s6b);
            Put(pass, outputs[7] + at, s7a);
            Put(pass, outputs[7] + at + width, s7b);
        }
        return at;
    }

    /// <summary>Six outputs, two vectors of each at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint Six(in Pass pass, byte** outputs, byte* coefficients, nuint from, nuint to)
    {
        byte** inputs = pass.Inputs;
        byte* tables = TLanes.Tables;
        nuint width = (nuint)TLanes.Width;
        nuint end = (nuint)pass.InputCount * 6;
        nuint at = from;
        for (; at + (2 * width) <= to; at += 2 * width)
        {
            TVector s0a = default, s0b = default;
            TVector s1a = default, s1b = default;
            TVector s2a = default, s2b = default;
            TVector s3a = default, s3b = default;
            TVector s4a = default, s4b = default;
            TVector s5a = default, s5b = default;
            byte** input = inputs;
            for (nuint i = 0; i < end; i += 6)
            {
                byte* source = *input++ + at;
                TOperand a = TLanes.Load(source);
                TOperand b = TLanes.Load(source + width);
                TFactor f0 = TLanes.Factor(tables, coefficients[i]);
                s0a = TLanes.MultiplyAdd(s0a, a, f0);
                s0b = TLanes.MultiplyAdd(s0b, b, f0);
                TFactor f1 = TLanes.Factor(tables, coefficients[i + 1]);
                s1a = TLanes.MultiplyAdd(s1a, a, f1);
                s1b = TLanes.MultiplyAdd(s1b, b, f1);
                TFactor f2 = TLanes.Factor(tables, coefficients[i + 2]);
                s2a = TLanes.MultiplyAdd(s2a, a, f2);
                s2b = TLanes.MultiplyAdd(s2b, b, f2);
                TFactor f3 = TLanes.Factor(tables, coefficients[i + 3]);
                s3a = TLanes.MultiplyAdd(s3a, a, f3);
                s3b = TLanes.MultiplyAdd(s3b, b, f3);
                TFactor f4 = TLanes.Factor(tables, coefficients[i + 4]);
                s4a = TLanes.MultiplyAdd(s4a, a, f4);
                s4b = TLanes.MultiplyAdd(s4b, b, f4);
                TFactor f5 = TLanes.Factor(tables, coefficients[i + 5]);
                s5a = TLanes.MultiplyAdd(s5a, a, f5);
                s5b = TLanes.MultiplyAdd(s5b, b, f5);
            }
            Put(pass, outputs[0] + at, s0a);
            Put(pass, outputs[0] + at + width, s0b);
            Put(pass, outputs[1] + at, s1a);
            Put(pass, outputs[1] + at + width, s1b);
            Put(pass, outputs[2] + at, s2a);
            Put(pass, outputs[2] + at + width, s2b);
            Put(pass, outputs[3] + at, s3a);
            Put(pass, outputs[3] + at + width, s3b);
            Put(pass, outputs[4] + at, s4a);
            Put(pass, outputs[4] + at + width, s4b);
            Put(pass, outputs[5] + at, s5a);
            Put(pass, outputs[5] + at + width, s5b);
        }
        return at;
    }

    /// <summary>Four outputs, four vectors of each at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint FourWide(in Pass pass, byte** outputs, byte* coefficients, nuint from, nuint to)
    {
        byte** inputs = pass.Inputs;
        byte* tables = TLanes.Tables;
        nuint width = (nuint)TLanes.Width;
        nuint end = (nuint)pass.InputCount * 4;
        nuint at = from;
        for (; at + (4 * width) <= to; at += 4 * width)
        {
            TVector s0a = default, s0b = default, s0c = default, s0d = default;
            TVector s1a = default, s1b = default, s1c = default, s1d = default;
            TVector s2a = default, s2b = default, s2c = default, s2d = default;
            TVector s3a = default, s3b = default, s3c = default, s3d = default;
            byte** input = inputs;
            for (nuint i = 0; i < end; i += 4)
            {
                byte* source = *input++ + at;
                TOperand a = TLanes.Load(source);
                TOperand b = TLanes.Load(source + width);
                TOperand c = TLanes.Load(source + (2 * width));
                TOperand d = TLanes.Load(source + (3 * width));
                TFactor f0 = TLanes.Factor(tables, coefficients[i]);
                s0a = TLanes.MultiplyAdd(s0a, a, f0);
                s0b = TLanes.MultiplyAdd(s0b, b, f0);
                s0c = TLanes.MultiplyAdd(s0c, c, f0);
                s0d = TLanes.MultiplyAdd(s0d, d, f0);
                TFactor f1 = TLanes.Factor(tables, coefficients[i + 1]);
                s1a = TLanes.MultiplyAdd(s1a, a, f1);
                s1b = TLanes.MultiplyAdd(s1b, b, f1);
                s1c = TLanes.MultiplyAdd(s1c, c, f1);
                s1d = TLanes.MultiplyAdd(s1d, d, f1);
                TFactor f2 = TLanes.Factor(tables, coefficients[i + 2]);
                s2a = TLanes.MultiplyAdd(s2a, a, f2);
                s2b = TLanes.MultiplyAdd(s2b, b, f2);
                s2c = TLanes.MultiplyAdd(s2c, c, f2);
                s2d = TLanes.MultiplyAdd(s2d, d, f2);
                TFactor f3 = TLanes.Factor(tables, coefficients[i + 3]);
                s3a = TLanes.MultiplyAdd(s3a, a, f3);
                s3b = TLanes.MultiplyAdd(s3b, b, f3);
                s3c = TLanes.MultiplyAdd(s3c, c, f3);
                s3d = TLanes.MultiplyAdd(s3d, d, f3);
            }
            Put(pass, outputs[0] + at, s0a);
            Put(pass, outputs[0] + at + width, s0b);
            Put(pass, outputs[0] + at + (2 * width), s0c);
            Put(pass, outputs[0] + at + (3 * width), s0d);
            Put(pass, outputs[1] + at, s1a);
            Put(pass, outputs[1] + at + width, s1b);
            Put(pass, outputs[1] + at + (2 * width), s1c);
            Put(pass, outputs[1] + at + (3 * width), s1d);
            Put(pass, outputs[2] + at, s2a);
            Put(pass, outputs[2] + at + width, s2b);
            Put(pass, outputs[2] + at + (2 * width), s2c);
            Put(pass, outputs[2] + at + (3 * width), s2d);
            Put(pass, outputs[3] + at, s3a);
            Put(pass, outputs[3] + at + width, s3b);
            Put(pass, outputs[3] + at + (2 * width), s3c);
            Put(pass, outputs[3] + at + (3 * width), s3d);
        }
        return at;
    }

    /// <summary>Four outputs, two vectors of each at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint Four(in Pass pass, byte** outputs, byte* coefficients, nuint from, nuint to)
    {
        byte** inputs = pass.Inputs;
        byte* tables = TLanes.Tables;
        nuint width = (nuint)TLanes.Width;
        nuint end = (nuint)pass.InputCount * 4;
        nuint at = from;
        for (; at + (2 * width) <= to; at += 2 * width)
        {
            TVector s0a = default, s0b = default;
            TVector s1a = default, s1b = default;
            TVector s2a = default, s2b = default;
            TVector s3a = default, s3b = default;
            byte** input = inputs;
            for (nuint i = 0; i < end; i += 4)
            {
                byte* source = *input++ + at;
                TOperand a = TLanes.Load(source);
                TOperand b = TLanes.Load(source + width);
                TFactor f0 = TLanes.Factor(tables, coefficients[i]);
                s0a = TLanes.MultiplyAdd(s0a, a, f0);
                s0b = TLanes.MultiplyAdd(s0b, b, f0);
                TFactor f1 = TLanes.Factor(tables, coefficients[i + 1]);
                s1a = TLanes.MultiplyAdd(s1a, a, f1);
                s1b = TLanes.MultiplyAdd(s1b, b, f1);
                TFactor f2 = TLanes.Factor(tables, coefficients[i + 2]);
                s2a = TLanes.MultiplyAdd(s2a, a, f2);
                s2b = TLanes.MultiplyAdd(s2b, b, f2);
                TFactor f3 = TLanes.Factor(tables, coefficients[i + 3]);
                s3a = TLanes.MultiplyAdd(s3a, a, f3);
                s3b = TLanes.MultiplyAdd(s3b, b, f3);
            }
            Put(pass, outputs[0] + at, s0a);
            Put(pass, outputs[0] + at + width, s0b);
            Put(pass, outputs[1] + at, s1a);
            Put(pass, outputs[1] + at + width, s1b);
            Put(pass, outputs[2] + at, s2a);
            Put(pass, outputs[2] + at + width, s2b);
            Put(pass, outputs[3] + at, s3a);
            Put(pass, outputs[3] + at + width, s3b);
        }
        return at;
    }

    /// <summary>Two outputs, four vectors of each at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint Two(in Pass pass, byte** outputs, byte* coefficients, nuint from, nuint to)
    {
        byte** inputs = pass.Inputs;
        byte* tables = TLanes.Tables;
        nuint width = (nuint)TLanes.Width;
        nuint end = (nuint)pass.InputCount * 2;
        nuint at = from;
        for (; at + (4 * width) <= to; at += 4 * width)
        {
            TVector s0a = default, s0b = default, s0c = default, s0d = default;
            TVector s1a = default, s1b = default, s1c = default, s1d = default;
            byte** input = inputs;
            for (nuint i = 0; i < end; i += 2)
            {
                byte* source = *input++ + at;
                TOperand a = TLanes.Load(source);
                TOperand b = TLanes.Load(source + width);
                TOperand c = TLanes.Load(source + (2 * width));
                TOperand d = TLanes.Load(source + (3 * width));
                TFactor f0 = TLanes.Factor(tables, coefficients[i]);
                s0a = TLanes.MultiplyAdd(s0a, a, f0);
                s0b = TLanes.MultiplyAdd(s0b, b, f0);
                s0c = TLanes.MultiplyAdd(s0c, c, f0);
                s0d = TLanes.MultiplyAdd(s0d, d, f0);
                TFactor f1 = TLanes.Factor(tables, coefficients[i + 1]);
                s1a = TLanes.MultiplyAdd(s1a, a, f1);
                s1b = TLanes.MultiplyAdd(s1b, b, f1);
                s1c = TLanes.MultiplyAdd(s1c, c, f1);
                s1d = TLanes.MultiplyAdd(s1d, d, f1);
            }
            Put(pass, outputs[0] + at, s0a);
            Put(pass, outputs[0] + at + width, s0b);
            Put(pass, outputs[0] + at + (2 * width), s0c);
            Put(pass, outputs[0] + at + (3 * width), s0d);
            Put(pass, outputs[1] + at, s1a);
            Put(pass, outputs[1] + at + width, s1b);
            Put(pass, outputs[1] + at + (2 * width), s1c);
            Put(pass, outputs[1] + at + (3 * width), s1d);
        }
        return at;
    }

    /// <summary>One output, four vectors of each at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint One(in Pass pass, byte** outputs, byte* coefficients, nuint from, nuint to)
    {
        byte** inputs = pass.Inputs;
        byte* tables = TLanes.Tables;
        nuint width = (nuint)TLanes.Width;
        nuint end = (nuint)pass.InputCount * 1;
        nuint at = from;
        for (; at + (4 * width) <= to; at += 4 * width)
        {
            TVector s0a = default, s0b = default, s0c = default, s0d = default;
            byte** input = inputs;
            for (nuint i = 0; i < end; i += 1)
            {
                byte* source = *input++ + at;
                TOperand a = TLanes.Load(source);
                TOperand b = TLanes.Load(source + width);
                TOperand c = TLanes.Load(source + (2 * width));
                TOperand d = TLanes.Load(source + (3 * width));
                TFactor f0 = TLanes.Factor(tables, coefficients[i]);
                s0a = TLanes.MultiplyAdd(s0a, a, f0);
                s0b = TLanes.MultiplyAdd(s0b, b, f0);
                s0c = TLanes.MultiplyAdd(s0c, c, f0);
                s0d = TLanes.MultiplyAdd(s0d, d, f0);
            }
            Put(pass, outputs[0] + at, s0a);
            Put(pass, outputs[0] + at + width, s0b);
            Put(pass, outputs[0] + at + (2 * width), s0c);
            Put(pass, outputs[0] + at + (3 * width), s0d);
        }
        return at;
    }
}
