using System.Buffers.Text;
using System.Security.Cryptography;
using Cess.Coding;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Gateway.Rest.Uploads;

/// <summary>
/// The open uploads of this node. In memory only: whoever finds an upload gone begins another, and fragments that nothing
/// names are swept. For use by any number of threads.
/// </summary>
internal sealed class UploadTable(TimeProvider time)
{
    private const int IdBytes = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, OpenUpload> _uploads = [];

    /// <summary>Opens an upload.</summary>
    /// <exception cref="RestException">TooManyUploads.</exception>
    public OpenUpload Open(AccountId owner, StoragePolicy policy)
    {
        lock (_lock)
        {
            DropExpired();
            if (_uploads.Count >= RestLimits.UploadsMax || _uploads.Values.Count(upload => upload.Owner == owner) >= RestLimits.UploadsPerAccountMax)
            {
                throw new RestException(
                    WireErrors.TooManyUploads,
                    $"An account has at most {RestLimits.UploadsPerAccountMax} uploads open, a node {RestLimits.UploadsMax}: complete or delete one.");
            }

            string id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes));
            OpenUpload upload = new(id, owner, policy, time.GetUtcNow() + RestLimits.UploadLifetime);
            _uploads.Add(id, upload);
            return upload;
        }
    }

    /// <summary>An open upload of this account; another account's is not there for it. Being asked for keeps it open.</summary>
    /// <exception cref="RestException">UploadNotFound.</exception>
    public OpenUpload Get(AccountId owner, string id)
    {
        lock (_lock)
        {
            DropExpired();
            if (!_uploads.TryGetValue(id, out OpenUpload? upload) || upload.Owner != owner)
                throw new RestException(WireErrors.UploadNotFound, $"There is no open upload {id}: it has ended, expired, or its node was restarted.");

            upload.Expires = time.GetUtcNow() + RestLimits.UploadLifetime;
            return upload;
        }
    }

    /// <summary>Forgets an upload; false when it was gone.</summary>
    public bool Close(OpenUpload upload)
    {
        lock (_lock)
            return _uploads.Remove(upload.Id);
    }

    private void DropExpired()
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (OpenUpload upload in _uploads.Values.Where(upload => upload.Expires <= now).ToList())
            _uploads.Remove(upload.Id);
    }
}
