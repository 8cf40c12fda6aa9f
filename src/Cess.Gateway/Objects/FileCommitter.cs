using Cess.Coding;
using Cess.Gateway.Objects.Pipeline;
using Cess.Grains;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;
using Orleans;

namespace Cess.Gateway.Objects;

/// <summary>Takes stored parts through the chain: declares the file, has the miners report, and tells when it is active.</summary>
public sealed class FileCommitter(IGrainFactory grains, FragmentDiscard discard)
{
    /// <summary>Signs a call for an account that this node holds, and answers when it is final and done.</summary>
    /// <exception cref="ObjectStoreException">As <see cref="ChainErrors"/> translates it.</exception>
    public async Task<TransactionOutcome> ExecuteAsync(AccountId account, Call call)
    {
        byte[] encoded = Scale.Encode(call);
        if (encoded.Length > GatewayLimits.CallBytesMax)
        {
            throw new ObjectStoreException(
                ObjectStoreError.EntityTooLarge,
                $"The file's record has {encoded.Length} bytes, of {GatewayLimits.CallBytesMax}: upload it in fewer, larger parts.");
        }
        TransactionOutcome outcome = await grains.GetGrain<IAccountGrain>(account.ToString())
            .ExecuteAsync(new CustodyCall(encoded)).ConfigureAwait(false);
        ChainErrors.ThrowIfFailed(outcome);
        return outcome;
    }

    /// <summary>Declares a file and completes it.</summary>
    /// <exception cref="ObjectStoreException">
    /// As <see cref="ChainErrors"/> translates it. The file is not and will not be visible, and its fragments are given up.
    /// </exception>
    /// <exception cref="TimeoutException">Nobody knows yet whether the file will be visible.</exception>
    public async Task<FileOutcome> CommitAsync(AccountId account, FileDeclaration declaration, DeclareCondition condition)
    {
        try
        {
            TransactionOutcome declared =
                await ExecuteAsync(account, new DeclareFile(declaration, condition)).ConfigureAwait(false);
            return await CompleteAsync(declared.Id).ConfigureAwait(false);
        }
        catch (ObjectStoreException)
        {
            await discard.DiscardAsync(account, declaration.Parts.SelectMany(part => part.Segments)).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Completes a file whose declaration is final.</summary>
    /// <exception cref="ObjectStoreException">As <see cref="ChainErrors"/> translates it. The file will not be visible.</exception>
    /// <exception cref="TimeoutException">Its deal is still open: the file may still become visible, until the deal's deadline.</exception>
    public async Task<FileOutcome> CompleteAsync(string fileId)
    {
        FileOutcome outcome = await grains.GetGrain<IFileGrain>(fileId).CompleteAsync().ConfigureAwait(false);
        if (outcome.Succeeded)
            return outcome;
        string message = outcome.ErrorMessage ?? "The file did not complete.";
        throw outcome.IsOpen ? new TimeoutException(message) : ChainErrors.Translate(outcome.ErrorCode!, message);
    }
}
