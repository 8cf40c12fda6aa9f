using System.Numerics;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Cess.Fuzz;

/// <summary>
/// Which branches of instrumented assemblies inputs have reached, and about how often in one input: a byte for each pair of branches that
/// follow each other, by hash, as in AFL (M. Zalewski, "Technical whitepaper for afl-fuzz"). There is one in a process, made before
/// anything instrumented runs; its memory stays until the process ends, as such code may run until then.
/// </summary>
internal sealed unsafe class BranchCoverage
{
    /// <summary>What the instrumentation expects.</summary>
    private const int MapBytes = 1 << 16;
    private readonly byte* _hits = (byte*)NativeMemory.AlignedAlloc(MapBytes, (nuint)Vector<byte>.Count);
    private readonly byte[] _seen = new byte[MapBytes];

    public BranchCoverage()
    {
        Hits.Clear();
        Trace.SharedMem = _hits;
    }

    /// <summary>Pairs of branches that were reached.</summary>
    public int Reached { get; private set; }

    private Span<byte> Hits => new(_hits, MapBytes);

    /// <summary>Forgets all that was reached.</summary>
    public void Forget()
    {
        Array.Clear(_seen);
        Reached = 0;
    }

    /// <summary>Forgets what the code before an input has reached.</summary>
    public void Begin()
    {
        Hits.Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Whether the input reached a pair that none had reached before, or one far more often than any before.</summary>
    public bool EndsWithNew()
    {
        bool isNew = false;
        Span<Vector<byte>> hits = MemoryMarshal.Cast<byte, Vector<byte>>(Hits);
        for (int i = 0; i < hits.Length; i++)
        {
            if (hits[i] != Vector<byte>.Zero)
                isNew |= See(i * Vector<byte>.Count);
        }

        return isNew;
    }

    private bool See(int from)
    {
        bool isNew = false;
        for (int i = from; i < from + Vector<byte>.Count; i++)
        {
            // 1, 2, 4, 8, ... times: a loop that runs once more is nothing new.
            int often = _hits[i] == 0 ? 0 : 1 << BitOperations.Log2(_hits[i]);
            if ((often & ~_seen[i]) == 0)
                continue;
            Reached += _seen[i] == 0 ? 1 : 0;
            _seen[i] |= (byte)often;
            isNew = true;
        }

        return isNew;
    }
}
