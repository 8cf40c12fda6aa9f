using System.Runtime.CompilerServices;

namespace Cess.Coding.Kernels;

/// <summary>Kernels for 16 vector registers: one input at a time.</summary>
internal static unsafe partial class DotProduct<TLanes, TVector, TOperand, TFactor>
{
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
