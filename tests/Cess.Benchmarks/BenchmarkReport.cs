using System.Globalization;

namespace Cess.Benchmarks;

/// <summary>Collects figures, and prints them as a table and then as <c>name=value</c>, each on a line of its own.</summary>
internal sealed class BenchmarkReport(string title)
{
    private readonly List<(string Name, double Value, string Meaning)> _figures = [];

    /// <summary>Adds a figure.</summary>
    /// <param name="name">Its name, with the unit in it, as the project's list of figures gives it.</param>
    /// <param name="value">In that unit.</param>
    /// <param name="meaning">What it includes, for the table.</param>
    public void Add(string name, double value, string meaning) => _figures.Add((name, value, meaning));

    /// <summary>Prints all, to standard output.</summary>
    public void Print()
    {
        Console.WriteLine();
        Console.WriteLine(title);
        var width = _figures.Max(figure => figure.Name.Length);
        foreach (var (name, value, meaning) in _figures)
        {
            Console.WriteLine($"  {name.PadRight(width)}  {Text(value),14}  {meaning}");
        }

        Console.WriteLine();
        foreach (var (name, value, _) in _figures)
        {
            Console.WriteLine($"{name}={Text(value)}");
        }
    }

    private static string Text(double value) => value.ToString(value is >= 100 or <= -100 ? "0" : "0.###", CultureInfo.InvariantCulture);
}
