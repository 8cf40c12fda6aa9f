using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Cess.Cli.Commands;
using Cess.Cli.Output;
using Cess.Client;

namespace Cess.Cli;

/// <summary>The command line of `cess`.</summary>
public static class CessCommand
{
    private static readonly TimeSpan s_cancelTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code; see docs/cli.md.</returns>
    public static async Task<int> InvokeAsync(string[] args, CliEnvironment environment, CancellationToken cancellation = default)
    {
        Settings settings = new();
        RootCommand root = Build(settings, environment);
        ParseResult parsed = root.Parse(args);
        InvocationConfiguration invocation = new()
        {
            Output = environment.Out,
            Error = environment.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = s_cancelTimeout,
        };
        Report report = new(environment, parsed.GetValue(settings.Json));
        if (parsed.Action is ParseErrorAction && args is not [NodeProgram.Command, ..])
        {
            report.Fail("cli.usage", $"{parsed.Errors[0].Message} Try: {NameOf(parsed.CommandResult)} --help");
            return ExitCode.Usage;
        }

        try
        {
            // Its options, --help among them, are not this program's.
            if (args is [NodeProgram.Command, .. string[] forNode])
                return NodeProgram.Run(forNode, environment.Variable);
            return await parsed.InvokeAsync(invocation, cancellation);
        }
        catch (CessException e)
        {
            report.Fail(e.Code, e.Message, e.RequestId);
            return ExitCode.Of(e);
        }
        catch (CliException e)
        {
            report.Fail(e.Code, e.Message);
            return e.ExitCode;
        }
        catch (OperationCanceledException)
        {
            report.Fail("cli.cancelled", "Cancelled.");
            return ExitCode.Cancelled;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            report.Fail("cli.file", e.Message);
            return ExitCode.Failure;
        }
    }

    private static RootCommand Build(Settings settings, CliEnvironment environment)
    {
        RootCommand root = new(
            "Stores objects in a Cess network: encrypted here, spread over storage miners, recorded on a chain.\n"
            + "On the machine of a node nothing has to be set: its data folder says where it is and which key to use.");
        foreach (Option option in settings.All)
            root.Add(option);

        CommandContext context = new(settings, environment);
        root.Add(PutCommand.Build(context));
        root.Add(GetCommand.Build(context));
        root.Add(ListCommand.Build(context));
        root.Add(RemoveCommand.Build(context));
        root.Add(BucketCommands.BuildMake(context));
        root.Add(BucketCommands.BuildRemove(context));
        root.Add(StatusCommand.Build(context));
        root.Add(EventsCommand.Build(context));
        root.Add(TrustCommand.Build(context));
        root.Add(AccountCommands.BuildAccount(context));
        root.Add(AccountCommands.BuildTransfer(context));
        root.Add(StakeCommands.Build(context));
        root.Add(GovernCommands.Build(context));
        root.Add(new Command(NodeProgram.Command, NodeProgram.Description));
        return root;
    }

    /// <summary>As it is typed, with the commands that it belongs to.</summary>
    private static string NameOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{NameOf(parent)} {result.Command.Name}" : "cess";
}
