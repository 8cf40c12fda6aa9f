using Cess.Client.Chain;
using Cess.Primitives;

namespace Cess.Cli;

/// <summary>A transaction of several keys in a file that its members send each other: base 64 of its bytes, on one line.</summary>
internal static class MultisigFile
{
    /// <summary>A transaction has at most 1 MiB; base 64 makes a third more of it.</summary>
    private const int BytesMax = 2 << 20;

    /// <summary>Reads a file.</summary>
    /// <exception cref="CliException">It is no such file.</exception>
    public static MultisigTransaction Read(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > BytesMax } file)
            throw new CliException("cli.bad_multisig_file", $"{path} has {file.Length} bytes; that is no transaction.");
        try
        {
            return Scale.Decode<MultisigTransaction>(Convert.FromBase64String(File.ReadAllText(path)));
        }
        catch (Exception e) when (e is FormatException or ScaleException)
        {
            throw new CliException("cli.bad_multisig_file", $"{path} is no transaction of several keys, or was altered: {e.Message}");
        }
    }

    /// <summary>Writes a file in one step, so that no failure leaves half of it.</summary>
    public static void Write(string path, MultisigTransaction transaction)
    {
        string temporary = $"{path}.new";
        File.WriteAllText(temporary, Convert.ToBase64String(Scale.Encode(transaction)) + "\n");
        File.Move(temporary, path, overwrite: true);
    }
}
