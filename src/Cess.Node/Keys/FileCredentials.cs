using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cess.Gateway.Objects;
using Cess.Node.Setup;
using Cess.Primitives;

namespace Cess.Node.Keys;

/// <summary>S3 access keys in a file that only its owner may read.</summary>
public sealed class FileCredentials : ICredentialStore
{
    private const string IdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const string SecretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int IdChars = 16;
    private const int SecretChars = 40;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private readonly ConcurrentDictionary<string, Credential> _byId = new(StringComparer.Ordinal);

    private FileCredentials(IEnumerable<Credential> credentials)
    {
        foreach (Credential credential in credentials)
            _byId[credential.AccessKeyId] = credential;
    }

    /// <summary>Opens the file; makes it, with one access key for an account, when it is missing.</summary>
    /// <exception cref="DamagedFileException">It holds something else, or no access key of the account.</exception>
    public static FileCredentials Open(string path, AccountId account)
    {
        if (!File.Exists(path))
        {
            var made = new StoredCredential(
                "CESS" + RandomNumberGenerator.GetString(IdAlphabet, IdChars),
                RandomNumberGenerator.GetString(SecretAlphabet, SecretChars),
                account.ToString());
            NodeFolder.WritePrivate(path, JsonSerializer.SerializeToUtf8Bytes(new[] { made }, JsonSerializerOptions.Web));
        }
        FileCredentials credentials = Read(path);
        return credentials._byId.Values.Any(credential => credential.Account == account)
            ? credentials
            : throw new DamagedFileException(path, $"it has no access key of {account}.");
    }

    /// <summary>The first access key of an account, to be shown to the operator.</summary>
    public Credential Of(AccountId account) => _byId.Values.First(credential => credential.Account == account);

    /// <inheritdoc/>
    public ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellation) =>
        ValueTask.FromResult(_byId.GetValueOrDefault(accessKeyId));

    private static FileCredentials Read(string path)
    {
        try
        {
            StoredCredential?[] stored = JsonSerializer.Deserialize<StoredCredential?[]>(File.ReadAllBytes(path), s_json) ?? [];
            return new FileCredentials(stored.OfType<StoredCredential>().Select(
                item => new Credential(item.AccessKeyId, Encoding.UTF8.GetBytes(item.SecretAccessKey), AccountId.Parse(item.Account))));
        }
        // The message of the cause may quote a secret.
        catch (Exception e) when (e is JsonException or AddressException)
        {
            throw new DamagedFileException(path, "it holds no list of access keys.");
        }
    }

    private sealed record StoredCredential(string AccessKeyId, string SecretAccessKey, string Account);
}
