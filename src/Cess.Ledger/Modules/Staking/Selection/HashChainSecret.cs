using System.Buffers;
using System.Text.Json;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking.Selection;

/// <summary>
/// What a validator keeps of its hash chain, in a file that nobody else may read: <c>{"account":"cess1…","secret":"64 hex digits",
/// "length":N}</c>. Whoever has the secret knows what the validator will reveal.
/// </summary>
/// <param name="Account">Whose chain it is.</param>
/// <param name="Secret">32 bytes of full entropy, used for no other chain.</param>
/// <param name="Length">How many eras the chain is good for, 1 to <see cref="SelectionLimits.HashChainLengthMax"/>.</param>
public sealed record HashChainSecret(AccountId Account, Hash256 Secret, int Length)
{
    /// <summary>What ends the name of a chain's file, where it lies beside its account's key.</summary>
    public const string FileExtension = ".chain";

    /// <summary>Bytes of a file that is still worth reading.</summary>
    public const int FileBytesMax = 4 << 10;

    /// <summary>Never shows the secret.</summary>
    public override string ToString() => $"hash chain of {Account}";

    /// <summary>The file's bytes.</summary>
    public byte[] ToFile()
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("account", Account.ToString());
            json.WriteString("secret", Secret.ToString());
            json.WriteNumber("length", Length);
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>What a file holds; null if that is something else.</summary>
    public static HashChainSecret? Parse(ReadOnlyMemory<byte> file)
    {
        try
        {
            if (file.Length > FileBytesMax)
                return null;
            using JsonDocument json = JsonDocument.Parse(file);
            JsonElement root = json.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("account", out JsonElement account) && account.ValueKind == JsonValueKind.String
                && root.TryGetProperty("secret", out JsonElement secret) && secret.ValueKind == JsonValueKind.String
                && root.TryGetProperty("length", out JsonElement length) && length.ValueKind == JsonValueKind.Number
                && AccountId.TryParse(account.GetString(), out AccountId whose, out _)
                && Hash256.TryParse(secret.GetString(), out Hash256 value)
                && length.TryGetInt32(out int steps) && steps is > 0 and <= SelectionLimits.HashChainLengthMax
                    ? new HashChainSecret(whose, value, steps)
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Computes the chain, which takes <see cref="Length"/> hashes. The caller disposes it.</summary>
    /// <param name="position">The era of its end.</param>
    public HashChain Compute(ulong position) => new(Account, Secret, Length, position);
}
