using Cess.Primitives;

namespace Cess.Gateway.Objects;

/// <summary>S3 access keys of this node.</summary>
public interface ICredentialStore
{
    /// <summary>The credential of an access key id, or null. The secret must never be logged.</summary>
    ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellation);
}

/// <summary>An access key and whom it stands for.</summary>
/// <param name="AccessKeyId">Public part, 16 to 128 characters.</param>
/// <param name="SecretKey">Secret part; UTF-8 bytes.</param>
/// <param name="Account">The account that requests signed with it act for.</param>
public sealed record Credential(string AccessKeyId, byte[] SecretKey, AccountId Account)
{
    /// <summary>Never shows the secret.</summary>
    public override string ToString() => $"Credential {AccessKeyId} for {Account}";
}
