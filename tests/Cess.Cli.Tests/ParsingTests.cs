using Cess.Cli.Output;

namespace Cess.Cli.Tests;

public sealed class ParsingTests : CliTests
{
    [Theory]
    [InlineData("cess://b", "b", "")]
    [InlineData("cess://b/", "b", "")]
    [InlineData("cess://b/n", "b", "n")]
    [InlineData("cess://b/n/m/", "b", "n/m/")]
    [InlineData("cess://b//n", "b", "/n")]
    [InlineData("cess://b/a b%20", "b", "a b%20")]
    public void Paths_are_taken_as_they_stand(string text, string bucket, string name)
    {
        Assert.True(ObjectPath.TryParse(text, out ObjectPath path));
        Assert.Equal(new ObjectPath(bucket, name), path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("b/n")]
    [InlineData("cess://")]
    [InlineData("cess:///n")]
    [InlineData("s3://b/n")]
    public void What_is_no_path_is_refused(string text) => Assert.False(ObjectPath.TryParse(text, out _));

    [Theory]
    [InlineData()]
    [InlineData("nonsense")]
    [InlineData("put")]
    [InlineData("put", "file")]
    [InlineData("put", "file", "s3://bucket/name")]
    [InlineData("put", "file", "cess://bucket", "--unknown")]
    [InlineData("put", "file", "cess://bucket", "--jobs", "0")]
    [InlineData("ls", "a", "b")]
    [InlineData("transfer", "x")]
    public async Task A_command_line_that_is_none_is_refused_on_one_line_that_says_where_help_is(params string[] args)
    {
        CliRun run = await RunAsync(args);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
        Assert.Contains("--help", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("[cli.usage]\n", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("put", "get", "ls", "rm", "mb", "rb", "status", "events", "account", "transfer", "stake", "govern")]
    public async Task Every_command_explains_itself(params string[] commands)
    {
        CliRun root = await DoneAsync("--help");
        foreach (string command in commands)
        {
            Assert.Contains($"\n  {command} ", root.Out.Replace("\r", "", StringComparison.Ordinal), StringComparison.Ordinal);
            CliRun help = await DoneAsync(command, "--help");
            Assert.Contains("Description:", help.Out, StringComparison.Ordinal);
            Assert.Contains("--json", help.Out, StringComparison.Ordinal);
            Assert.Contains("CESS_ENDPOINT", help.Out, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1_023, "1023 B")]
    [InlineData(1_024, "1.00 KiB")]
    [InlineData(10_240, "10.0 KiB")]
    [InlineData(1_048_575, "1024 KiB")]
    [InlineData(1_048_576, "1.00 MiB")]
    [InlineData(1_610_612_736, "1.50 GiB")]
    public void Sizes_are_written_for_people(double bytes, string expected) => Assert.Equal(expected, Human.Size(bytes));

    [Theory]
    [InlineData(0.04, "0.0 s")]
    [InlineData(9.94, "9.9 s")]
    [InlineData(59, "59 s")]
    [InlineData(61, "1 min 1 s")]
    [InlineData(7_260, "2 h 1 min")]
    public void Times_are_written_for_people(double seconds, string expected) => Assert.Equal(expected, Human.Time(TimeSpan.FromSeconds(seconds)));
}
