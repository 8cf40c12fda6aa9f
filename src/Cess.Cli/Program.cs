using Cess.Cli;

return await CessCommand.InvokeAsync(args, CliEnvironment.OfProcess());
