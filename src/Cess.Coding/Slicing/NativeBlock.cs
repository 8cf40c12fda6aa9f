using System.Runtime.InteropServices;

namespace Cess.Coding;

/// <summary>Page-aligned memory outside the collected heap. Whoever holds it frees it.</summary>
internal sealed unsafe class NativeBlock
{
    private const nuint Alignment = 4096;

    public NativeBlock(int bytes)
    {
        Bytes = bytes;
        Start = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
    }

    public int Bytes { get; }

    public byte* Start { get; private set; }

    public void Free()
    {
        NativeMemory.AlignedFree(Start);
        Start = null;
    }
}
