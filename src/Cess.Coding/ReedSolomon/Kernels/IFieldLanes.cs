namespace Cess.Coding.Kernels;

/// <summary>
/// One instruction set's way to multiply a vector of field elements by a constant. The kernels are written once over it;
/// the compiler makes straight-line code of each combination, since every argument is a struct.
/// </summary>
/// <typeparam name="TVector">A register of field elements.</typeparam>
/// <typeparam name="TOperand">A loaded vector, prepared for many multiplications.</typeparam>
/// <typeparam name="TFactor">A constant factor, prepared for many multiplications.</typeparam>
internal unsafe interface IFieldLanes<TVector, TOperand, TFactor>
    where TVector : struct
    where TOperand : struct
    where TFactor : struct
{
    static abstract bool IsSupported { get; }

    /// <summary>Field elements, that is bytes, in a vector.</summary>
    static abstract int Width { get; }

    /// <summary>Whether there are 32 vector registers and a three-way xor, for which the wide kernels are made.</summary>
    static abstract bool IsWide { get; }

    /// <summary>Where <see cref="Factor"/> looks up its constants.</summary>
    static abstract byte* Tables { get; }

    static abstract TOperand Load(byte* source);

    static abstract TFactor Factor(byte* tables, nuint coefficient);

    /// <summary><c>sum + operand·factor</c> in each lane.</summary>
    static abstract TVector MultiplyAdd(TVector sum, TOperand operand, TFactor factor);

    /// <summary><c>sum + operand1·factor1 + operand2·factor2</c> in each lane.</summary>
    static abstract TVector MultiplyAdd(TVector sum, TOperand operand1, TFactor factor1, TOperand operand2, TFactor factor2);

    static abstract void Store(byte* target, TVector value);

    /// <summary>Stores around the caches; <paramref name="target"/> is a multiple of <see cref="Width"/>.</summary>
    static abstract void StoreNonTemporal(byte* target, TVector value);
}
