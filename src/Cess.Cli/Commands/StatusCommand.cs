using System.CommandLine;
using Cess.Cli.Output;
using Cess.Wire;

namespace Cess.Cli.Commands;

/// <summary>cess status.</summary>
internal static class StatusCommand
{
    public static Command Build(CommandContext context)
    {
        Command command = new("status", "Show the node, its chain and its miners. Needs no account.");
        command.SetAction(async (parsed, cancellation) =>
        {
            using Session session = context.OpenPublic(parsed);
            StatusMessage status = await session.Client.GetStatusAsync(cancellation);
            ChainMessage chain = status.Chain;
            string endpoint = session.Client.Endpoint.ToString();
            context.Report(parsed).Write(
                new StatusDocument(endpoint, chain, status.Miners, status.Space), CliJson.Default.StatusDocument,
                [
                    $"node      {endpoint}",
                    $"chain     {chain.Name}, genesis {chain.Genesis.ToString()[..16]}…",
                    $"height    {chain.Height}, {Human.Moment(chain.Time)} UTC, {Human.Count(chain.Pool, "transaction", "transactions")} waiting",
                    $"head      {chain.Hash}",
                    $"miners    {status.Miners.Healthy} of {status.Miners.Total} healthy",
                    $"space     {Human.Size(status.Space.Used)} used, {Human.Size(status.Space.Reserved)} reserved, "
                    + $"{Human.Size(status.Space.Declared)} offered",
                    $"policy    {chain.Policy}",
                ]);
            return ExitCode.Done;
        });
        return command;
    }
}
