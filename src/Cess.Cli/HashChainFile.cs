using System.Security.Cryptography;
using System.Text;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Cli;

/// <summary>The file of a validator's hash chain. A node reads the one beside its validator's key.</summary>
internal static class HashChainFile
{
    /// <summary>Reads a file, or makes it with a new secret, for nobody else to read.</summary>
    /// <exception cref="CliException">The file holds something else.</exception>
    public static HashChainSecret ReadOrMake(string path, AccountId account, int length)
    {
        if (!File.Exists(path))
        {
            var secret = Hash256.FromBytes(RandomNumberGenerator.GetBytes(Hash256.Size));
            PrivateFile.WriteNew(path, Encoding.UTF8.GetString(new HashChainSecret(account, secret, length).ToFile()));
        }

        return Read(path, account);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="CliException">The file holds something else.</exception>
    public static HashChainSecret Read(string path, AccountId account)
    {
        if (new FileInfo(path).Length > HashChainSecret.FileBytesMax || HashChainSecret.Parse(File.ReadAllBytes(path)) is not { } chain)
            throw new CliException("cli.bad_chain_file", $"{path} is no file of a hash chain.");
        return chain.Account == account
            ? chain
            : throw new CliException("cli.bad_chain_file", $"{path} is the hash chain of {chain.Account}, not of {account}.");
    }
}
