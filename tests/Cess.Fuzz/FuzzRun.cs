namespace Cess.Fuzz;

/// <summary>What a run saw.</summary>
/// <param name="Inputs">Inputs that were read.</param>
/// <param name="Accepted">Those that were accepted.</param>
/// <param name="BytesAllocatedMax">The most that one of them allocated.</param>
public sealed record FuzzResult(long Inputs, long Accepted, long BytesAllocatedMax);

/// <summary>
/// Reads mutated inputs, and checks that each is accepted or refused as it should be and costs no more memory than it may. Where branches
/// are counted, inputs that reach new ones are mutated, too.
/// </summary>
internal sealed class FuzzRun(FuzzTarget target, int seed, BranchCoverage? coverage = null)
{
    /// <summary>What a refusal may allocate whatever the input: an exception, its message and its trace.</summary>
    private const long AllocationBase = 64 * 1024;

    /// <summary>Bytes that one byte of input may cost: an empty list of a record of a few fields, in two bytes.</summary>
    private const long AllocationPerByte = 256;

    /// <summary>Inputs that are mutated, those that guided runs find among them.</summary>
    private const int KeptMax = 4_096;

    /// <summary>What is mutated again and again may not grow for ever.</summary>
    private const int KeptBytesMax = 4 << 10;

    private readonly List<byte[]> _kept = [.. target.Seeds];

    /// <summary>Reads what is kept of the target, then so many mutated inputs.</summary>
    /// <exception cref="FuzzException">What was found; the message has the input.</exception>
    public FuzzResult Run(long inputs)
    {
        foreach (byte[] sample in target.Seeds)
        {
            if (!Read(sample, null, out _))
                throw new FuzzException($"{target.Name} refuses a seed: {Convert.ToHexStringLower(sample)}");
            coverage?.EndsWithNew();
        }

        IReadOnlyList<byte[]> corpus = FuzzCorpus.Read(target.Name);
        _kept.AddRange(corpus);
        var mutator = new Mutator(seed, _kept);
        long accepted = 0;
        long most = 0;
        for (long i = -corpus.Count; i < inputs; i++)
        {
            byte[] input = i < 0 ? corpus[(int)(i + corpus.Count)] : mutator.Next();
            accepted += Read(input, i, out long allocated) ? 1 : 0;
            most = Math.Max(most, allocated);
            if (allocated > AllocationBase + target.BytesAtFirst + (AllocationPerByte * input.Length))
                throw Found(i, input, $"it allocated {allocated} bytes for {input.Length}", null);
            if (coverage is not null && coverage.EndsWithNew() && input.Length <= KeptBytesMax && _kept.Count < KeptMax && i >= 0)
                _kept.Add(input);
        }

        return new FuzzResult(inputs, accepted, most);
    }

    /// <summary>Few and short inputs that reach, together, what all that were kept reach, less what the seeds do.</summary>
    public IEnumerable<byte[]> Smallest()
    {
        coverage!.Forget();
        foreach (byte[] sample in target.Seeds)
            IsNew(sample);
        return [.. _kept.Skip(target.Seeds.Count).OrderBy(input => input.Length).Where(IsNew)];

        bool IsNew(byte[] input)
        {
            Read(input, null, out _);
            int before = coverage.Reached;
            coverage.EndsWithNew();
            return coverage.Reached > before;
        }
    }

    private bool Read(byte[] input, long? number, out long allocated)
    {
        coverage?.Begin();
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            return target.Read(input);
        }
        catch (Exception e) when (target.IsRefusal(e))
        {
            return false;
        }
        catch (Exception e)
        {
            throw Found(number, input, e.Message, e);
        }
        finally
        {
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private FuzzException Found(long? number, byte[] input, string what, Exception? cause) => new(
        $"{target.Name}, seed {seed}{(number is { } n ? $", input {n}" : "")}: {what}\n{Convert.ToHexStringLower(input)}", cause);
}
