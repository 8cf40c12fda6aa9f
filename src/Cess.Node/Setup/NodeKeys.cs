using System.Text.Json;
using Cess.Node.Keys;
using Cess.Primitives;

namespace Cess.Node.Setup;

/// <summary>The names of a node's own keys.</summary>
internal static class NodeKeys
{
    public const string Owner = "owner";
    public const string Validator = "validator";
    public const string Miner = "miner";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The name of one of several.</summary>
    public static string Numbered(string name, int number) => $"{name}-{number:D2}";

    /// <summary>Prints addresses and public keys as JSON; makes the keys that are missing.</summary>
    public static int Print(NodeFolder folder, int validators)
    {
        using var keys = new KeyStore(folder.Keys, KeyStore.PassphraseFor(folder));
        Console.Out.WriteLine(JsonSerializer.Serialize(
            new
            {
                Owner = Show(Owner),
                Validators = Enumerable.Range(1, validators).Select(i => Show(Numbered(Validator, i))).ToArray(),
            },
            s_json));
        return 0;

        object Show(string name)
        {
            AccountId account = keys.GetOrCreate(name);
            return new { Account = account.ToString(), Key = keys.PublicKeyOf(account).ToString() };
        }
    }
}
