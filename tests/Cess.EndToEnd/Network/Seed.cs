using System.Globalization;
using Xunit.Abstractions;

namespace Cess.EndToEnd.Network;

/// <summary>Where a test's random choices come from: <c>CESS_SEED</c> when it is set, else a new seed; printed with every failure.</summary>
internal static class Seed
{
    /// <summary>A generator, after its seed is written to <paramref name="output"/>.</summary>
    public static Random New(Action<string> output)
    {
        var seed = Environment.GetEnvironmentVariable("CESS_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        output($"CESS_SEED={seed}");
        return new Random(seed);
    }

    /// <summary>A generator, after its seed is written to the test's output.</summary>
    public static Random New(ITestOutputHelper output) => New(output.WriteLine);
}
