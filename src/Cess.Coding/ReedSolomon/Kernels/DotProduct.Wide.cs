using System.Runtime.CompilerServices;

namespace Cess.Coding.Kernels;

/// <summary>
/// Kernels for 32 vector registers: two inputs at a time, whose products a three-way xor adds to the sum at once.
/// </summary>
internal static unsafe partial class DotProduct<TLanes, TVector, TOperand, TFactor>
{
    /// <summary>Eight outputs, two vectors of each at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint WideEight(in Pass pass, byte** outputs, byte* coefficients, nuint from, nuint to)
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
            for (nuint i = 0; i < end; i += 16)
            {
                byte* even = *input++ + at;
                byte* odd = *input++ + at;
                TOperand a = TLanes.Load(even);
                TOperand b = TLanes.Load(even + width);
                TOperand w = TLanes.Load(odd);
                TOperand x = TLanes.Load(odd + width);
                TFactor f0 = TLanes.Factor(tables, coefficients[i]);
                TFactor g0 = TLanes.Factor(tables, coefficients[i + 8]);
                s0a = TLanes.MultiplyAdd(s0a, a, f0, w, g0);
                s0b = TLanes.MultiplyAdd(s0b, b, f0, x, g0);
                TFactor f1 = TLanes.Factor(tables, coefficients[i + 1]);
                TFactor g1 = TLanes.Factor(tables, coefficients[i + 9]);
                s1a = TLanes.MultiplyAdd(s1a, a, f1, w, g1);
                s1b = TLanes.MultiplyAdd(s1b, b, f1, x, g1);
                TFactor f2 = TLanes.Factor(tables, coefficients[i + 2]);
                TFactor g2 = TLanes.Factor(tables, coefficients[i + 10]);
                s2a = TLanes.MultiplyAdd(s2a, a, f2, w, g2);
                s2b = TLanes.MultiplyAdd(s2b, b, f2, x, g2);
                TFactor f3 = TLanes.Factor(tables, coefficients[i + 3]);
                TFactor g3 = TLanes.Factor(tables, coefficients[i + 11]);
                s3a = TLanes.MultiplyAdd(s3a, a, f3, w, g3);
                s3b = TLanes.MultiplyAdd(s3b, b, f3, x, g3);
                TFactor f4 = TLanes.Factor(tables, coefficients[i + 4]);
                TFactor g4 = TLanes.Factor(tables, coefficients[i + 12]);
                s4a = TLanes.MultiplyAdd(s4a, a, f4, w, g4);
                s4b = TLanes.MultiplyAdd(s4b, b, f4, x, g4);
                TFactor f5 = TLanes.Factor(tables, coefficients[i + 5]);
                TFactor g5 = TLanes.Factor(tables, coefficients[i + 13]);
                s5a = TLanes.MultiplyAdd(s5a, a, f5, w, g5);
                s5b = TLanes.MultiplyAdd(s5b, b, f5, x, g5);
                TFactor f6 = TLanes.Factor(tables, coefficients[i + 6]);
                TFactor g6 = TLanes.Factor(tables, coefficients[i + 14]);
                s6a = TLanes.MultiplyAdd(s6a, a, f6, w, g6);
                s6b = TLanes.MultiplyAdd(s6b, b, f6, x, g6);
                TFactor f7 = TLanes.Factor(tables, coefficients[i + 7]);
                TFactor g7 = TLanes.Factor(tables, coefficients[i + 15]);
                s7a = TLanes.MultiplyAdd(s7a, a, f7, w, g7);
                s7b = TLanes.MultiplyAdd(s7b, b, f7, x, g7);
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
    private static nuint WideSix(in Pass pass, byte** outputs, byte* coefficients, nuint from, nuint to)
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
            for (nuint i = 0; i < end; i += 12)
            {
                byte* even = *input++ + at;
                byte* odd = *input++ + at;
                TOperand a = TLanes.Load(even);
                TOperand b = TLanes.Load(even + width);
                TOperand w = TLanes.Load(odd);
                TOperand x = TLanes.Load(odd + width);
                TFactor f0 = TLanes.Factor(tables, coefficients[i]);
                TFactor g0 = TLanes.Factor(tables, coefficients[i + 6]);
                s0a = TLanes.MultiplyAdd(s0a, a, f0, w, g0);
                s0b = TLanes.MultiplyAdd(s0b, b, f0, x, g0);
                TFactor f1 = TLanes.Factor(tables, coefficients[i + 1]);
                TFactor g1 = TLanes.Factor(tables, coefficients[i + 7]);
                s1a = TLanes.MultiplyAdd(s1a, a, f1, w, g1);
                s1b = TLanes.MultiplyAdd(s1b, b, f1, x, g1);
                TFactor f2 = TLanes.Factor(tables, coefficients[i + 2]);
                TFactor g2 = TLanes.Factor(tables, coefficients[i + 8]);
                s2a = TLanes.MultiplyAdd(s2a, a, f2, w, g2);
                s2b = TLanes.MultiplyAdd(s2b, b, f2, x, g2);
                TFactor f3 = TLanes.Factor(tables, coefficients[i + 3]);
                TFactor g3 = TLanes.Factor(tables, coefficients[i + 9]);
                s3a = TLanes.MultiplyAdd(s3a, a, f3, w, g3);
                s3b = TLanes.MultiplyAdd(s3b, b, f3, x, g3);
                TFactor f4 = TLanes.Factor(tables, coefficients[i + 4]);
                TFactor g4 = TLanes.Factor(tables, coefficients[i + 10]);
                s4a = TLanes.MultiplyAdd(s4a, a, f4, w, g4);
                s4b = TLanes.MultiplyAdd(s4b, b, f4, x, g4);
                TFactor f5 = TLanes.Factor(tables, coefficients[i + 5]);
                TFactor g5 = TLanes.Factor(tables, coefficients[i + 11]);
                s5a = TLanes.MultiplyAdd(s5a, a, f5, w, g5);
                s5b = TLanes.MultiplyAdd(s5b, b, f5, x, g5);
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
    private static nuint WideFour(in Pass pass, byte** outputs, byte* coefficients, nuint from, nuint to)
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
            for (nuint i = 0; i < end; i += 8)
            {
                byte* even = *input++ + at;
                byte* odd = *input++ + at;
                TOperand a = TLanes.Load(even);
                TOperand b = TLanes.Load(even + width);
                TOperand c = TLanes.Load(even + (2 * width));
                TOperand d = TLanes.Load(even + (3 * width));
                TOperand w = TLanes.Load(odd);
                TOperand x = TLanes.Load(odd + width);
                TOperand y = TLanes.Load(odd + (2 * width));
                TOperand z = TLanes.Load(odd + (3 * width));
                TFactor f0 = TLanes.Factor(tables, coefficients[i]);
                TFactor g0 = TLanes.Factor(tables, coefficients[i + 4]);
                s0a = TLanes.MultiplyAdd(s0a, a, f0, w, g0);
                s0b = TLanes.MultiplyAdd(s0b, b, f0, x, g0);
                s0c = TLanes.MultiplyAdd(s0c, c, f0, y, g0);
                s0d = TLanes.MultiplyAdd(s0d, d, f0, z, g0);
                TFactor f1 = TLanes.Factor(tables, coefficients[i + 1]);
                TFactor g1 = TLanes.Factor(tables, coefficients[i + 5]);
                s1a = TLanes.MultiplyAdd(s1a, a, f1, w, g1);
                s1b = TLanes.MultiplyAdd(s1b, b, f1, x, g1);
                s1c = TLanes.MultiplyAdd(s1c, c, f1, y, g1);
                s1d = TLanes.MultiplyAdd(s1d, d, f1, z, g1);
                TFactor f2 = TLanes.Factor(tables, coefficients[i + 2]);
                TFactor g2 = TLanes.Factor(tables, coefficients[i + 6]);
                s2a = TLanes.MultiplyAdd(s2a, a, f2, w, g2);
                s2b = TLanes.MultiplyAdd(s2b, b, f2, x, g2);
                s2c = TLanes.MultiplyAdd(s2c, c, f2, y, g2);
                s2d = TLanes.MultiplyAdd(s2d, d, f2, z, g2);
                TFactor f3 = TLanes.Factor(tables, coefficients[i + 3]);
                TFactor g3 = TLanes.Factor(tables, coefficients[i + 7]);
                s3a = TLanes.MultiplyAdd(s3a, a, f3, w, g3);
                s3b = TLanes.MultiplyAdd(s3b, b, f3, x, g3);
                s3c = TLanes.MultiplyAdd(s3c, c, f3, y, g3);
                s3d = TLanes.MultiplyAdd(s3d, d, f3, z, g3);
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

    /// <summary>Two outputs, four vectors of each at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint WideTwo(in Pass pass, byte** outputs, byte* coefficients, nuint from, nuint to)
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
            for (nuint i = 0; i < end; i += 4)
            {
                byte* even = *input++ + at;
                byte* odd = *input++ + at;
                TOperand a = TLanes.Load(even);
                TOperand b = TLanes.Load(even + width);
                TOperand c = TLanes.Load(even + (2 * width));
                TOperand d = TLanes.Load(even + (3 * width));
                TOperand w = TLanes.Load(odd);
                TOperand x = TLanes.Load(odd + width);
                TOperand y = TLanes.Load(odd + (2 * width));
                TOperand z = TLanes.Load(odd + (3 * width));
                TFactor f0 = TLanes.Factor(tables, coefficients[i]);
                TFactor g0 = TLanes.Factor(tables, coefficients[i + 2]);
                s0a = TLanes.MultiplyAdd(s0a, a, f0, w, g0);
                s0b = TLanes.MultiplyAdd(s0b, b, f0, x, g0);
                s0c = TLanes.MultiplyAdd(s0c, c, f0, y, g0);
                s0d = TLanes.MultiplyAdd(s0d, d, f0, z, g0);
                TFactor f1 = TLanes.Factor(tables, coefficients[i + 1]);
                TFactor g1 = TLanes.Factor(tables, coefficients[i + 3]);
                s1a = TLanes.MultiplyAdd(s1a, a, f1, w, g1);
                s1b = TLanes.MultiplyAdd(s1b, b, f1, x, g1);
                s1c = TLanes.MultiplyAdd(s1c, c, f1, y, g1);
                s1d = TLanes.MultiplyAdd(s1d, d, f1, z, g1);
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

    /// <summary>One output, four vectors at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint WideOne(in Pass pass, byte** outputs, byte* coefficients, nuint from, nuint to)
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
            for (nuint i = 0; i < end; i += 2)
            {
                byte* even = *input++ + at;
                byte* odd = *input++ + at;
                TOperand a = TLanes.Load(even);
                TOperand b = TLanes.Load(even + width);
                TOperand c = TLanes.Load(even + (2 * width));
                TOperand d = TLanes.Load(even + (3 * width));
                TOperand w = TLanes.Load(odd);
                TOperand x = TLanes.Load(odd + width);
                TOperand y = TLanes.Load(odd + (2 * width));
                TOperand z = TLanes.Load(odd + (3 * width));
                TFactor f0 = TLanes.Factor(tables, coefficients[i]);
                TFactor g0 = TLanes.Factor(tables, coefficients[i + 1]);
                s0a = TLanes.MultiplyAdd(s0a, a, f0, w, g0);
                s0b = TLanes.MultiplyAdd(s0b, b, f0, x, g0);
                s0c = TLanes.MultiplyAdd(s0c, c, f0, y, g0);
                s0d = TLanes.MultiplyAdd(s0d, d, f0, z, g0);
            }
            Put(pass, outputs[0] + at, s0a);
            Put(pass, outputs[0] + at + width, s0b);
            Put(pass, outputs[0] + at + (2 * width), s0c);
            Put(pass, outputs[0] + at + (3 * width), s0d);
        }
        return at;
    }
}
