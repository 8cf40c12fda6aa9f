namespace Cess.Fuzz;

/// <summary>What a run saw.</summary>
/// <param name="Inputs">Inputs that were read.</param>
/// <param name="Accepted">Those that were accepted.</param>
/// <param name="BytesAllocatedMax">The most that one of them allocated.</param>
public sealed record FuzzResult(long Inputs, long Accepted, long BytesAllocatedMax);

/// <summary>Reads mutated inputs, and checks that each is accepted or refused as it should be and costs no more memory than it may.</summary>
public static class FuzzRun
{
    /// <summary>What a refusal may allocate whatever the input: an exception, its message and its trace.</summary>
    public const long AllocationBase = 64 * 1024;

    /// <summary>Bytes that one byte of input may cost: an empty list of a record of a few fields, in two bytes.</summary>
    public const long AllocationPerByte = 256;

    /// <summary>Runs one target.</summary>
    /// <exception cref="FuzzException">What was found; the message has the input.</exception>
    public static FuzzResult Run(FuzzTarget target, int seed, long inputs)
    {
        foreach (byte[] sample in target.Seeds)
        {
            if (!Read(target, sample, out _))
                throw new FuzzException($"{target.Name} refuses a seed: {Convert.ToHexStringLower(sample)}");
        }
        var mutator = new Mutator(seed, target.Seeds);
        long accepted = 0;
        long most = 0;
        for (long i = 0; i < inputs; i++)
        {
            byte[] input = mutator.Next();
            accepted += Read(target, input, out long allocated) ? 1 : 0;
            most = Math.Max(most, allocated);
            if (allocated > AllocationBase + target.BytesAtFirst + (AllocationPerByte * input.Length))
                throw Found(target, seed, i, input, $"it allocated {allocated} bytes for {input.Length}", null);
        }
        return new FuzzResult(inputs, accepted, most);

        bool Read(FuzzTarget target, byte[] input, out long allocated)
        {
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
                throw Found(target, seed, null, input, e.Message, e);
            }
            finally
            {
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }
    }

    private static FuzzException Found(FuzzTarget target, int seed, long? number, byte[] input, string what, Exception? cause) => new(
        $"{target.Name}, seed {seed}{(number is { } n ? $", input {n}" : "")}: {what}\n{Convert.ToHexStringLower(input)}", cause);
}
