namespace Cess.Ledger.Tests;

public sealed class ErrorPageTests
{
    [Fact]
    public void The_page_lists_every_error_as_the_catalogue_has_it()
    {
        string[] rows = [.. LedgerError.Catalogue
            .OrderBy(e => e.Key.Module).ThenBy(e => e.Key.Code)
            .Select(e => $"| {(byte)e.Key.Module} {e.Key.Code} | `{e.Value.Name}` | {e.Value.Fault.ToString().ToLowerInvariant()} | {e.Value.Text} |")];
        string[] page = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "ledger-rules.md"));
        Assert.Equal(rows, page.Where(line => line.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(line[2])));
    }
}
