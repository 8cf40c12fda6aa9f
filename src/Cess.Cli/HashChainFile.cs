using System.Security.Cryptography;
using System.Text.Json;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Cli;

/// <summary>The secret of a validator's hash chain, as its file holds it.</summary>
/// <param name="Account">Whose chain it is.</param>
/// <param name="Secret">32 bytes in hexadecimal digits. Who has them can reveal in the validator's place.</param>
/// <param name="Length">How many eras it is good for.</param>
internal sealed record HashChainDocument(string Account, string Secret, int Length)
{
    /// <summary>Never shows the secret.</summary>
    public override string ToString() => $"hash chain of {Account}";
}

/// <summary>The file of a validator's hash chain.</summary>
internal static class HashChainFile
{
    private const int BytesMax = 4 << 10;

    /// <summary>Reads a file, or makes it with a new secret, for nobody else to read.</summary>
    /// <exception cref="CliException">The file holds something else.</exception>
    public static HashChainDocument ReadOrMake(string path, AccountId account, int length)
    {
        if (!File.Exists(path))
        {
            HashChainDocument made = new(account.ToString(), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Hash256.Size)), length);
            PrivateFile.WriteNew(path, JsonSerializer.Serialize(made, CliJson.Default.HashChainDocument));
        }

        return Read(path, account);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="CliException">The file holds something else.</exception>
    public static HashChainDocument Read(string path, AccountId account)
    {
        try
        {
            if (new FileInfo(path).Length <= BytesMax
                && JsonSerializer.Deserialize(File.ReadAllText(path), CliJson.Default.HashChainDocument) is { Account: not null, Length: > 0 and <= SelectionLimits.HashChainLengthMax } document
                && Hash256.TryParse(document.Secret, out _))
            {
                return document.Account == account.ToString()
                    ? document
                    : throw new CliException("cli.bad_chain_file", $"{path} is the hash chain of {document.Account}, not of {account}.");
            }
        }
        catch (JsonException)
        {
            // As any other file that holds something else.
        }

        throw new CliException("cli.bad_chain_file", $"{path} is no file of a hash chain.");
    }

    /// <summary>Computes the chain.</summary>
    /// <param name="document">Its secret.</param>
    /// <param name="position">The era of its end. The caller disposes the chain.</param>
    public static HashChain Compute(HashChainDocument document, ulong position) =>
        new(AccountId.Parse(document.Account), Hash256.Parse(document.Secret), document.Length, position);
}
