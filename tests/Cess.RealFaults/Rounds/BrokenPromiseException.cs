namespace Cess.RealFaults.Rounds;

/// <summary>What the node promises did not hold.</summary>
internal sealed class BrokenPromiseException(string message, Exception? cause = null) : Exception(message, cause)
{
    public static void Unless(bool holds, string message)
    {
        if (!holds)
            throw new BrokenPromiseException(message);
    }
}
