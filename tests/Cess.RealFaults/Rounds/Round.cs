using Cess.RealFaults.Load;

namespace Cess.RealFaults.Rounds;

/// <summary>What one round has to work with.</summary>
/// <param name="random">From the round's seed.</param>
/// <param name="turn">How many rounds of its kind were before it: for kinds that take things in turn.</param>
/// <param name="installation">The node.</param>
internal sealed class Round(Random random, int turn, Installation installation)
{
    public Random Random => random;

    public int Turn => turn;

    public Installation Installation => installation;

    /// <summary>What the round is at, for the report of a failure.</summary>
    public string Step { get; private set; } = "its beginning";

    /// <summary>What was drawn, for the round's line.</summary>
    public string Drawn { get; private set; } = "";

    public void At(string step) => Step = step;

    public void Draw(string what) => Drawn = Drawn.Length == 0 ? what : $"{Drawn}; {what}";

    /// <summary>Starts the node of the round; it has to become ready.</summary>
    public Task<NodeProcess> StartAsync(IReadOnlyDictionary<string, string>? environment = null) => NodeProcess.StartAsync(
        installation.Data, environment is null ? installation.Options : installation.Options with { Environment = environment });

    /// <summary>Starts clients on it.</summary>
    public ClientLoad Load(NodeProcess node) => new(installation, node.Info, random);

    /// <summary>Stops a node that has no reason to be unwell.</summary>
    public async Task StopAsync(NodeProcess node)
    {
        BrokenPromiseException.Unless(node.IsRunning, $"The node has ended by itself.\n{Recovery.LastWords(node)}");
        int code = await node.StopAsync();
        BrokenPromiseException.Unless(code == 0, $"The node was stopped and ended with exit code {code}.\n{Recovery.LastWords(node)}");
    }
}
