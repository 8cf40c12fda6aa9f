using Cess.Ledger;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Gateway.Rest.Uploads;

/// <summary>A declaration as its owner signed it. That the signature is right is found out by the intake.</summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="File">What it declares.</param>
internal sealed record SignedDeclaration(SignedTransaction Transaction, FileDeclaration File)
{
    /// <summary>The file that it declares.</summary>
    public FileId FileId => new(Transaction.Id);

    /// <exception cref="RestException">Malformed, DeclarationMismatch.</exception>
    public static SignedDeclaration Decode(byte[] bytes, AccountId caller)
    {
        if (!SignedTransaction.TryDecode(bytes, out SignedTransaction? transaction, out LedgerError error))
            throw new RestException(WireErrors.Malformed, $"The body is no signed transaction: {error.Info.Text}");
        if (transaction.Unsigned.Account != caller)
            throw new RestException(WireErrors.DeclarationMismatch, $"The transaction is of account {transaction.Unsigned.Account}; the request is of {caller}.");
        return transaction.Unsigned.Call is DeclareFile call
            ? new SignedDeclaration(transaction, call.File)
            : throw new RestException(WireErrors.DeclarationMismatch, "The transaction declares no file.");
    }

    /// <summary>Checks that all that is declared has been stored, just so.</summary>
    /// <exception cref="RestException">DeclarationMismatch.</exception>
    public void RequireStoredBy(OpenUpload upload)
    {
        if (File.Policy.ToString() != upload.Policy.ToString())
            throw new RestException(WireErrors.DeclarationMismatch, $"The declaration says {File.Policy}; the upload was opened for {upload.Policy}.");

        for (int part = 0; part < File.Parts.Length; part++)
        {
            for (int segment = 0; segment < File.Parts[part].Segments.Length; segment++)
            {
                StoredSegment? stored = upload.Find(new SegmentPlace(part, segment));
                if (stored is null || !IsSame(File.Parts[part].Segments[segment], stored))
                    throw new RestException(WireErrors.DeclarationMismatch, $"Part {part}, segment {segment} is not declared as it was stored, or was not stored.");
            }
        }
    }

    private static bool IsSame(FileSegment declared, StoredSegment stored) =>
        declared.Length == stored.Length
        && declared.Fragments.Select(fragment => new StoredFragment(fragment.Root, fragment.Miner.Value)).SequenceEqual(stored.Fragments);
}
