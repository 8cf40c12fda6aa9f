using System.Collections.Immutable;
using Cess.Client.Buckets;
using Cess.Client.Chain;
using Cess.Client.Transport;
using Cess.Coding;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.State;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Client.Objects;

/// <summary>Looks objects up and opens their entries.</summary>
/// <param name="transport">Asks the node.</param>
/// <param name="verified">The chain, where the node's word is not taken; else null.</param>
/// <param name="buckets">Opens names.</param>
internal sealed class ObjectEntries(RestTransport transport, VerifiedChain? verified, BucketKeyCache buckets)
{
    /// <summary>The sealed entry of an object.</summary>
    /// <exception cref="CessException">buckets.not_found, objects.not_found, auth.denied, InvalidName, or as the transport.</exception>
    public async Task<ObjectMessage> FindAsync(string bucket, string name, CancellationToken cancellation)
    {
        BucketKeys keys = await buckets.GetAsync(bucket, cancellation);
        Hash256 tag = TagOf(keys, name);
        if (verified is not null)
        {
            return await ProveAsync(bucket, tag, cancellation)
                ?? throw new CessException(WireErrors.ObjectNotFound.Code, $"Bucket {bucket} has no object \"{name}\".");
        }

        RestRequest request = RestRequest.GetSigned($"/v1/buckets/{Uri.EscapeDataString(bucket)}/objects/{tag}");
        ObjectMessage message;
        try
        {
            message = await transport.SendAsync(request, WireJson.Default.ObjectMessage, cancellation);
        }
        catch (CessException e) when (e.Code == WireErrors.ObjectNotFound.Code)
        {
            throw new CessException(e.Code, $"Bucket {bucket} has no object \"{name}\".", e) { Status = e.Status, RequestId = e.RequestId };
        }

        return message.Tag == tag ? message : throw new CessException(ClientErrors.NotAuthentic, "The node answered with another object.");
    }

    /// <summary>
    /// Where the node's word is not taken: makes sure that a file which it calls complete has its name, or that one which was declared no
    /// earlier has it now, as it would in any case.
    /// </summary>
    /// <returns>Height of the block that completed what has the name.</returns>
    /// <exception cref="CessException">OutcomeUnknown, NotAuthentic, or as <see cref="VerifiedChain.ReadAsync"/>.</exception>
    public async Task<ulong> ConfirmAsync(
        string bucket, Hash256 tag, CompletedMessage completed, bool mustBeFirst, CancellationToken cancellation)
    {
        if (verified is null)
            return completed.Height;
        Verified<(ObjectEntry Entry, FileRecord File)?> found = await verified.FindObjectAsync(bucket, tag, cancellation);
        if (found.Value is ({ } entry, { } file))
        {
            if (entry.File.Hash == completed.FileId)
                return entry.Height;
            // Who asked to be the first must know that it was; for others, the ledger gives the name to what was declared last.
            if (!mustBeFirst && file.DeclaredAt >= await verified.HeightOfSuccessAsync(completed.FileId, cancellation))
                return entry.Height;
        }

        throw new CessException(
            ClientErrors.OutcomeUnknown,
            $"The node says that file {completed.FileId} is stored. At block {found.Height} it does not have the name: it never had, or has lost it since.");
    }

    /// <summary>
    /// The files of objects that were found before, which the entry of an object does not bind. Where the node's word is not taken:
    /// those that are still there, once each is proven to have been stored under its object's name.
    /// </summary>
    /// <exception cref="CessException">NotAuthentic, or as <see cref="VerifiedChain.ReadAsync"/>.</exception>
    public async Task<IReadOnlyList<FileId>> ConfirmFilesAsync(IReadOnlyCollection<StoredObject> objects, CancellationToken cancellation)
    {
        if (verified is null)
            return [.. objects.Select(item => new FileId(item.FileId))];
        List<FileId> files = [];
        foreach (StoredObject[] some in objects.Chunk(WireLimits.ProofKeysMax))
        {
            StateKey[] keys = [.. some.Select(item => LedgerKeys.File(new FileId(item.FileId)))];
            ImmutableArray<ReadOnlyMemory<byte>?> records = (await verified.ReadAsync(keys, cancellation)).Value;
            for (int i = 0; i < some.Length; i++)
            {
                if (records[i] is not { } record)
                    continue;
                FileDeclaration declared = RestTransport.Decode<FileRecord>("/v1/proofs", record).Declaration;
                Hash256 tag = TagOf(await buckets.GetAsync(some[i].Bucket, cancellation), some[i].Name);
                if (declared.Bucket != some[i].Bucket || declared.NameTag != tag)
                    throw new CessException(ClientErrors.NotAuthentic, $"File {some[i].FileId} is not the one that was stored as \"{some[i].Name}\" in bucket {some[i].Bucket}.");
                files.Add(new FileId(some[i].FileId));
            }
        }

        return files;
    }

    /// <summary>Where the node's word is not taken: those of the names that have a file.</summary>
    /// <exception cref="CessException">As <see cref="VerifiedChain.ReadAsync"/>.</exception>
    public async Task<IReadOnlyList<string>> FindTakenAsync(IReadOnlyCollection<(string Bucket, string Name)> objects, CancellationToken cancellation)
    {
        List<string> taken = [];
        foreach ((string Bucket, string Name)[] some in objects.Chunk(WireLimits.ProofKeysMax))
        {
            List<StateKey> keys = [];
            foreach ((string bucket, string name) in some)
                keys.Add(LedgerKeys.Object(bucket, TagOf(await buckets.GetAsync(bucket, cancellation), name)));
            ImmutableArray<ReadOnlyMemory<byte>?> records = (await verified!.ReadAsync(keys, cancellation)).Value;
            taken.AddRange(some.Where((_, i) => records[i] is not null).Select(item => item.Name));
        }

        return taken;
    }

    /// <summary>The entry as validators have certified it; null when they have certified that there is none.</summary>
    private async Task<ObjectMessage?> ProveAsync(string bucket, Hash256 tag, CancellationToken cancellation)
    {
        if ((await verified!.FindObjectAsync(bucket, tag, cancellation)).Value is not ({ } entry, { Declaration: var declared }))
            return null;
        return new ObjectMessage(
            tag, entry.File.Hash, declared.EncryptedName.ToArray(), declared.EncryptedMetadata.ToArray(), declared.WrappedFileKey.ToArray(),
            declared.PlainLength(), VerifiedChain.TimeOf(entry.TimeMs),
            [.. declared.Parts.Select(part => new ObjectPart(part.Salt.ToArray(), part.PlainLength))]);
    }

    /// <summary>All objects of a bucket whose names begin so, in order, opened.</summary>
    /// <exception cref="CessException">As <see cref="FindAsync"/>; NotAuthentic, LimitReached.</exception>
    public async Task<List<StoredObject>> ListAsync(string bucket, string prefix, CancellationToken cancellation)
    {
        BucketKeys keys = await buckets.GetAsync(bucket, cancellation);
        List<StoredObject> objects = [];
        long seen = 0;
        Hash256? after = null;
        do
        {
            string path = $"/v1/buckets/{Uri.EscapeDataString(bucket)}/objects?limit={WireLimits.PageEntriesMax}{(after is { } tag ? $"&after={tag}" : "")}";
            ObjectPage page = await transport.SendAsync(RestRequest.GetSigned(path), WireJson.Default.ObjectPage, cancellation);
            objects.AddRange(page.Objects.Select(message => Open(keys, bucket, message)).Where(item => item.Name.StartsWith(prefix, StringComparison.Ordinal)));
            seen += page.Objects.Count;
            if (seen > ClientLimits.ListedObjectsMax)
                throw new CessException(ClientErrors.LimitReached, $"A listing has at most {ClientLimits.ListedObjectsMax} objects.");

            // Pages go up in tags: one that does not would go round for ever.
            if (page.Next is { } next && after is { } last && next <= last)
                throw new CessException(ClientErrors.BadAnswer, "The node's pages do not come in order.");
            after = page.Next;
        }
        while (after is not null);

        objects.Sort(static (left, right) => Utf8Order.Compare(left.Name, right.Name));
        return objects;
    }

    /// <summary>Opens an entry.</summary>
    /// <exception cref="CessException">NotAuthentic.</exception>
    public static StoredObject Open(BucketKeys keys, string bucket, ObjectMessage message)
    {
        ObjectEnvelope envelope = EnvelopeOf(message);
        if (message.Size > long.MaxValue)
            throw new CessException(ClientErrors.NotAuthentic, $"File {message.FileId} cannot have {message.Size} bytes.");
        if (envelope.TryOpenName(keys, out string name) != CodingError.None || envelope.TryOpenMetadata(keys, out ObjectMetadata metadata) != CodingError.None)
            throw new CessException(ClientErrors.NotAuthentic, $"The entry of file {message.FileId} is not one that this bucket's owner sealed.");
        return new StoredObject(bucket, name, (long)message.Size, message.FileId, message.Time, metadata);
    }

    public static ObjectEnvelope EnvelopeOf(ObjectMessage message) =>
        new(message.Tag, message.EncryptedName, message.WrappedFileKey, message.EncryptedMetadata);

    /// <exception cref="CessException">InvalidName.</exception>
    public static Hash256 TagOf(BucketKeys keys, string name)
    {
        try
        {
            return ObjectEnvelope.TagOf(keys, name);
        }
        catch (CodingException e)
        {
            throw new CessException(ClientErrors.InvalidName, $"\"{name}\" cannot name an object: {e.Message}.", e);
        }
    }
}
