using System.CommandLine;
using Cess.Cli.Output;
using Cess.Client;
using Cess.Client.Chain;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Cli.Commands;

/// <summary>cess trust.</summary>
internal static class TrustCommand
{
    public static Command Build(CommandContext context)
    {
        Command command = new(
            "trust",
            "Follow the chain from what --trust says, or from the genesis that the node names, to its newest final block; and show what to give "
            + "to --trust from now on. Needs no account.");
        command.SetAction(async (parsed, cancellation) =>
        {
            Uri endpoint = context.Settings.FindEndpoint(parsed, context.Environment);
            CessClientOptions options = context.OptionsOf(parsed);
            TrustedStart? given = options.Trust;
            TrustedStart begin = given ?? new TrustedStart(await AskGenesisAsync(context, parsed, cancellation));
            using VerifiedChain chain = new(endpoint, begin, options);
            Verified<TrustedStart> newest = await chain.GetTrustedStartAsync(cancellation);
            ulong era = newest.Value.Era!.Index;
            List<string> lines =
            [
                $"genesis   {begin.Genesis}",
                $"height    {newest.Height}, {Human.Moment(newest.Time)} UTC",
                $"era       {era}",
                $"start     {newest.Value}",
            ];
            if (given is null)
            {
                lines.AddRange(
                [
                    "That this genesis is the right one is the node's word, and so is all that follows from it. "
                    + "Before you give the start to --trust, compare the",
                    "genesis with what somebody whom you trust says: of an operator's node it is the SHA-256 of genesis.scale in the data folder.",
                ]);
            }

            context.Report(parsed).Write(
                new TrustDocument(
                    endpoint.ToString(), begin.Genesis.ToString(), GenesisTrusted: given is not null, newest.Height, newest.Time, era,
                    newest.Value.ToString()),
                CliJson.Default.TrustDocument, lines);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<Hash256> AskGenesisAsync(CommandContext context, ParseResult parsed, CancellationToken cancellation)
    {
        using Session session = context.OpenPublic(parsed);
        return (await session.Client.GetStatusAsync(cancellation)).Chain.Genesis;
    }
}
