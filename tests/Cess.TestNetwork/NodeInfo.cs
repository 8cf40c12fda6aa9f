using System.Text.Json;

namespace Cess.TestNetwork;

/// <summary>What a running node says of itself in <c>node.json</c>.</summary>
/// <param name="Pid">Its process.</param>
/// <param name="S3">Base address of the S3 door.</param>
/// <param name="Http">Base address of the REST door.</param>
/// <param name="AccessKeyId">S3 access key of the node's account.</param>
/// <param name="SecretAccessKey">Its secret.</param>
/// <param name="Account">The account's address.</param>
/// <param name="Peer">Address of its door for other nodes; null if it has none.</param>
public sealed record NodeInfo(
    int Pid, Uri S3, Uri Http, string AccessKeyId, string SecretAccessKey, string Account, Uri? Peer = null)
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "node.json";

    /// <summary>Reads the file, or gives null when there is none, or what is there is none.</summary>
    public static NodeInfo? TryRead(string dataFolder)
    {
        try
        {
            return JsonSerializer.Deserialize<NodeInfo>(
                File.ReadAllBytes(Path.Combine(dataFolder, FileName)), JsonSerializerOptions.Web);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Never shows the secret.</summary>
    public override string ToString() => $"node {Pid} at {S3} and {Http}";
}
