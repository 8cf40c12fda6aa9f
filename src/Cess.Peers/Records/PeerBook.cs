using System.Diagnostics.CodeAnalysis;
using Cess.Primitives;

namespace Cess.Peers;

/// <summary>
/// The newest valid record of each validator that the host knows; at most <see cref="PeerLimits.RecordsMax"/>. Reading takes no
/// lock.
/// </summary>
public sealed class PeerBook
{
    private readonly Hash256 _genesis;
    private readonly IPeerValidators _validators;
    private readonly Lock _lock = new();
    private volatile Page _page = Page.Of([]);

    /// <summary>Starts empty.</summary>
    /// <param name="genesis">The chain that records must name.</param>
    /// <param name="validators">Says whose records are kept.</param>
    public PeerBook(Hash256 genesis, IPeerValidators validators)
    {
        _genesis = genesis;
        _validators = validators;
    }

    /// <summary>Raised after a record has come, been replaced or gone, by whoever caused it. Handlers return at once.</summary>
    public event Action? Changed;

    /// <summary>All records, in ascending order of validators.</summary>
    public IReadOnlyList<PeerRecord> Records => _page.Sorted;

    /// <summary>All records in SCALE, and the ETag of that: a hash of it, in quotes.</summary>
    internal (ReadOnlyMemory<byte> Bytes, string Tag) Encoded => _page.Encoded.Value;

    /// <summary>A validator's record.</summary>
    public bool TryFind(AccountId validator, [NotNullWhen(true)] out PeerRecord? record) =>
        _page.ByValidator.TryGetValue(validator, out record);

    /// <summary>Whether any record names this node.</summary>
    public bool Names(PublicKey node) => _page.Nodes.Contains(node);

    /// <summary>Whether this node speaks for this validator.</summary>
    public bool Speaks(PublicKey node, AccountId validator) => TryFind(validator, out PeerRecord? record) && record.Node == node;

    /// <summary>Takes in a record.</summary>
    /// <returns>
    /// None if it is in the book now, or was. Else <see cref="PeerError.WrongChain"/>, <see cref="PeerError.ValidatorUnknown"/>,
    /// <see cref="PeerError.RecordOld"/>, <see cref="PeerError.SignatureInvalid"/>, <see cref="PeerError.BookFull"/>.
    /// </returns>
    public PeerError Add(PeerRecord record)
    {
        Span<PeerError> answer = stackalloc PeerError[1];
        Add([record], answer);
        return answer[0];
    }

    /// <summary>Takes in many records, each for itself.</summary>
    /// <returns>How many were refused.</returns>
    public int Add(ReadOnlySpan<PeerRecord> records)
    {
        PeerError[] answers = new PeerError[records.Length];
        Add(records, answers);
        return answers.Count(answer => answer != PeerError.None);
    }

    /// <summary>Drops the records of those whom the host no longer knows.</summary>
    public void Prune()
    {
        lock (_lock)
        {
            PeerRecord[] kept = [.. _page.Sorted.Where(record => _validators.IsKnown(record.Validator, record.Key))];
            if (kept.Length == _page.Sorted.Length)
                return;
            _page = Page.Of(kept);
        }

        Changed?.Invoke();
    }

    /// <summary>Takes in many records and answers for each.</summary>
    internal void Add(ReadOnlySpan<PeerRecord> records, Span<PeerError> answers)
    {
        // Outside the lock, as signatures are what costs.
        for (int i = 0; i < records.Length; i++)
            answers[i] = Check(records[i], _page);

        lock (_lock)
        {
            Dictionary<AccountId, PeerRecord> next = new(_page.ByValidator);
            bool hasChanged = false;
            for (int i = 0; i < records.Length; i++)
            {
                PeerRecord record = records[i];
                if (answers[i] != PeerError.None)
                    continue;
                if (Compare(record, next.GetValueOrDefault(record.Validator)) is { } known)
                {
                    answers[i] = known;
                }
                else if (next.Count >= PeerLimits.RecordsMax && !next.ContainsKey(record.Validator))
                {
                    answers[i] = PeerError.BookFull;
                }
                else
                {
                    next[record.Validator] = record;
                    hasChanged = true;
                }
            }

            if (!hasChanged)
                return;
            _page = Page.Of(next.Values);
        }

        Changed?.Invoke();
    }

    private PeerError Check(PeerRecord record, Page page)
    {
        if (record.Genesis != _genesis)
            return PeerError.WrongChain;
        if (!_validators.IsKnown(record.Validator, record.Key))
            return PeerError.ValidatorUnknown;
        return Compare(record, page.ByValidator.GetValueOrDefault(record.Validator))
            ?? (record.IsSigned() ? PeerError.None : PeerError.SignatureInvalid);
    }

    /// <summary>
    /// Null if the record is newer than what is there, or what is there is of a key that the validator no longer has: who took a key
    /// must not keep its place with a number that nobody can exceed.
    /// </summary>
    private PeerError? Compare(PeerRecord record, PeerRecord? known)
    {
        if (known is null || known.Sequence < record.Sequence)
            return null;
        if (known.Digest() == record.Digest())
            return PeerError.None;
        return known.Key != record.Key && !_validators.IsKnown(known.Validator, known.Key) ? null : PeerError.RecordOld;
    }

    /// <summary>One state of the book.</summary>
    private sealed record Page(
        PeerRecord[] Sorted, Dictionary<AccountId, PeerRecord> ByValidator, HashSet<PublicKey> Nodes,
        Lazy<(ReadOnlyMemory<byte> Bytes, string Tag)> Encoded)
    {
        public static Page Of(IEnumerable<PeerRecord> records)
        {
            PeerRecords sorted = PeerRecords.Of(records);
            return new Page(
                sorted.Records,
                sorted.Records.ToDictionary(record => record.Validator),
                sorted.Records.Select(record => record.Node).ToHashSet(),
                new(() => EncodeAll(sorted)));
        }

        private static (ReadOnlyMemory<byte> Bytes, string Tag) EncodeAll(PeerRecords records)
        {
            byte[] bytes = Scale.Encode(records);
            return (bytes, $"\"{Hash256.Sha256(bytes)}\"");
        }
    }
}
