namespace Cess.Cli;

/// <summary>A failure of the command line itself.</summary>
/// <param name="code">For scripts, such as "cli.no_endpoint".</param>
/// <param name="message">One sentence that says what to do.</param>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
internal sealed class CliException(string code, string message, int exitCode = ExitCode.Usage) : Exception(message)
{
    public string Code { get; } = code;

    public int ExitCode { get; } = exitCode;
}
