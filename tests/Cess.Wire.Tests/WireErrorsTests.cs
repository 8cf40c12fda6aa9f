using System.Text.Json;
using Cess.Primitives;

namespace Cess.Wire.Tests;

public sealed class WireErrorsTests
{
    [Fact]
    public void Every_code_stands_once_and_has_a_status_of_failure()
    {
        Assert.NotEmpty(WireErrors.All);
        Assert.Equal(WireErrors.All.Count, WireErrors.All.Select(error => error.Code).Distinct().Count());
        Assert.All(WireErrors.All, error => Assert.InRange(error.Status, 400, 599));
        Assert.All(WireErrors.All, error => Assert.Same(error, WireErrors.Find(error.Code)));
    }

    [Fact]
    public void A_message_is_written_with_hex_hashes_and_without_nulls()
    {
        CompletedMessage completed = new(Hash256.Zero, 7);
        Assert.Equal($$"""{"fileId":"{{new string('0', 64)}}","height":7}""", JsonSerializer.Serialize(completed, WireJson.Default.CompletedMessage));
        Assert.Equal("""{"objects":[]}""", JsonSerializer.Serialize(new ObjectPage([]), WireJson.Default.ObjectPage));
    }

    [Fact]
    public void A_policy_stays_readable()
    {
        Assert.Equal("""{"policy":"4+8"}""", JsonSerializer.Serialize(new UploadRequest("4+8"), WireJson.Readable.UploadRequest));
    }

    [Fact]
    public void A_message_without_a_required_member_is_refused() =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"height":7}""", WireJson.Default.CompletedMessage));

    [Fact]
    public void A_hash_of_another_length_is_refused() =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"fileId":"00","height":7}""", WireJson.Default.CompletedMessage));

    [Fact]
    public void The_documentation_lists_just_the_codes_that_there_are()
    {
        string documentation = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "rest.md"));
        IEnumerable<string> rows = WireErrors.All.Select(error => $"| `{error.Code}` | {error.Status} | {error.Meaning} |");
        Assert.Equal(rows, documentation.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal) && line.Split('|')[2].Trim().All(char.IsAsciiDigit)));
    }
}
