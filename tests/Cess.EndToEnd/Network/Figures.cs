using System.Globalization;

namespace Cess.EndToEnd.Network;

/// <summary>Figures that tests measure on the way. They judge nothing; the test command prints them at its end.</summary>
internal static class Figures
{
    private static readonly Lock Gate = new();

    /// <summary>Appends <c>name=value</c> to the file that CESS_FIGURES names, if it names one.</summary>
    public static void Report(string name, double value)
    {
        if (Environment.GetEnvironmentVariable("CESS_FIGURES") is { Length: > 0 } file)
        {
            lock (Gate)
            {
                File.AppendAllText(file, string.Create(CultureInfo.InvariantCulture, $"{name}={value:0.###}\n"));
            }
        }
    }
}
