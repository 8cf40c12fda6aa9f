namespace Cess.BlockStore.Simulated;

/// <summary>What every call to a <see cref="SimulatedLogDirectory"/> throws from the moment at which its machine crashed.</summary>
public sealed class SimulatedCrashException() : IOException("The simulated machine has crashed.");
