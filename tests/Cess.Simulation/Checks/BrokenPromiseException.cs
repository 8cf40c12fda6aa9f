namespace Cess.Simulation.Checks;

/// <summary>A promise of the product did not hold.</summary>
internal sealed class BrokenPromiseException(string promise, string how) : Exception($"{promise}: {how}")
{
    public string Promise => promise;
}
