using Cess.TestNetwork;

namespace Cess.EndToEnd.Clients;

/// <summary>
/// What the battery asks of every client. Files are paths, since most clients are programs. A failure of the client
/// is an exception whose message holds what the client said.
/// </summary>
internal interface IStorageClient
{
    /// <summary>Makes a bucket.</summary>
    Task MakeBucketAsync(string bucket);

    /// <summary>Uploads one file in whatever way the client does by default for its size.</summary>
    Task PutAsync(string bucket, string key, string file, TimeSpan? limit = null);

    /// <summary>Downloads one object to a file.</summary>
    Task GetAsync(string bucket, string key, string file, TimeSpan? limit = null);

    /// <summary>All keys that begin with <paramref name="prefix"/>, in any order.</summary>
    Task<IReadOnlyCollection<string>> ListAsync(string bucket, string prefix = "");

    /// <summary>Deletes one object.</summary>
    Task DeleteAsync(string bucket, string key);
}

/// <summary>Makes a client for a running node.</summary>
internal delegate IStorageClient StorageClientFactory(NodeProcess node, TemporaryFolder folder);
