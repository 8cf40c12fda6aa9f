using System.Collections.Immutable;
using Cess.Client.Transport;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.State;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Client.Chain;

/// <summary>
/// A chain as a light client sees it through one node, which it does not trust (docs/light-client.md): it begins with a
/// <see cref="TrustedStart"/>, follows validators from era to era, and gives only what a quorum of them has certified. Asks the
/// node nothing before the first call. For use by any number of threads. Every method throws <see cref="CessException"/> with a code.
/// </summary>
public sealed class VerifiedChain : IDisposable
{
    private readonly RestTransport _transport;
    private readonly TrustedStart _trust;
    private readonly CessClientOptions _options;
    private readonly HttpMessageInvoker? _http;
    private readonly PublicKeyCache _keys = new(ClientLimits.CachedKeysMax);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<LightClient> _eras = [];
    private ulong _height;

    /// <summary>Makes a verifier; nothing is sent yet. It needs no account.</summary>
    /// <param name="endpoint">Where a node's REST door is, such as http://127.0.0.1:9080.</param>
    /// <param name="trust">What to begin with.</param>
    /// <param name="options">How to work; null for the usual way.</param>
    /// <param name="handler">Sends the requests; null for one of its own. Disposed with it.</param>
    public VerifiedChain(Uri endpoint, TrustedStart trust, CessClientOptions? options = null, HttpMessageHandler? handler = null)
    {
        _options = options ?? new CessClientOptions();
        _options.Check();
        _trust = trust;
        _http = new HttpMessageInvoker(handler ?? RestTransport.NewHandler());
        _transport = new RestTransport(_http, endpoint, signer: null, _options);
    }

    internal VerifiedChain(RestTransport transport, TrustedStart trust, CessClientOptions options) =>
        (_transport, _trust, _options) = (transport, trust, options);

    /// <summary>
    /// Records of the newest state that the node shows, never an older one than before, nor than <see cref="CessClientOptions.StateAgeMax"/>.
    /// </summary>
    /// <param name="keys">1 to 64 of <see cref="LedgerKeys"/>.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="CessException">NotAuthentic, Stale, TooOld, EraUnverifiable, OtherChain, or as every request.</exception>
    public async Task<Verified<ImmutableArray<ReadOnlyMemory<byte>?>>> ReadAsync(IReadOnlyList<StateKey> keys, CancellationToken cancellation = default)
    {
        ulong seen = Volatile.Read(ref _height);
        RestRequest request = RestRequest.Get($"/v1/proofs?{string.Join('&', keys.Select(key => $"key={key}"))}");
        RecordsProof proof = await AskAsync(() => _transport.SendScaleAsync<RecordsProof>(request, cancellation));
        BlockHeader header = await VerifyAsync(proof.Finality, cancellation);
        if (header.Height < seen)
            throw new CessException(ClientErrors.Stale, $"The node shows block {header.Height}, and has shown {seen} before.") { IsTransient = true };
        RequireNew(header);
        if (!proof.Proves([.. keys]))
            throw new CessException(ClientErrors.NotAuthentic, "The node's proof does not show the records that it gave.");
        return Of(header, proof.Records);
    }

    /// <summary>A record of the newest state; null where there is none.</summary>
    /// <exception cref="CessException">As <see cref="ReadAsync"/>.</exception>
    public async Task<Verified<T?>> FindAsync<T>(StateKey key, CancellationToken cancellation = default)
        where T : class, IScaleValue<T> => (await ReadAsync([key], cancellation)).Select(records => Decode<T>(records[0]));

    /// <summary>An account; one that the ledger has never seen has nothing.</summary>
    /// <exception cref="CessException">As <see cref="ReadAsync"/>.</exception>
    public async Task<Verified<AccountRecord>> GetAccountAsync(AccountId account, CancellationToken cancellation = default) =>
        (await FindAsync<AccountRecord>(LedgerKeys.Account(account), cancellation)).Select(record => record ?? AccountRecord.Empty);

    /// <summary>A declared file, active or not; null for none.</summary>
    /// <exception cref="CessException">As <see cref="ReadAsync"/>.</exception>
    public Task<Verified<FileRecord?>> FindFileAsync(FileId file, CancellationToken cancellation = default) =>
        FindAsync<FileRecord>(LedgerKeys.File(file), cancellation);

    /// <summary>What has a name in a bucket, and the file; null for nothing. Such a file is active.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="nameTag">Keyed hash of the name.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="CessException">As <see cref="ReadAsync"/>.</exception>
    public async Task<Verified<(ObjectEntry Entry, FileRecord File)?>> FindObjectAsync(
        string bucket, Hash256 nameTag, CancellationToken cancellation = default)
    {
        StateKey key = LedgerKeys.Object(bucket, nameTag);
        Verified<ObjectEntry?> entry = await FindAsync<ObjectEntry>(key, cancellation);
        // Both have to be of one state: the name may have got another file in between.
        for (int attempt = 0; attempt < ClientLimits.ProofAttempts && entry.Value is { } guess; attempt++)
        {
            Verified<ImmutableArray<ReadOnlyMemory<byte>?>> both = await ReadAsync([key, LedgerKeys.File(guess.File)], cancellation);
            entry = both.Select(records => Decode<ObjectEntry>(records[0]));
            if (entry.Value?.File == guess.File)
                return both.Select<(ObjectEntry, FileRecord)?>(records => (entry.Value, Decode<FileRecord>(records[1]) ?? throw Impossible()));
        }

        return entry.Value is null
            ? entry.Select<(ObjectEntry, FileRecord)?>(_ => null)
            : throw new CessException(ClientErrors.Stale, $"The name got another file {ClientLimits.ProofAttempts} times while it was looked up.") { IsTransient = true };
    }

    /// <summary>A final transaction's receipt, with what happened; the block's height is that of the transaction.</summary>
    /// <exception cref="CessException">transactions.not_found, or as <see cref="ReadAsync"/>.</exception>
    public async Task<Verified<Receipt>> GetReceiptAsync(Hash256 transaction, CancellationToken cancellation = default) =>
        (await FindTransactionAsync(transaction, cancellation) ?? throw new CessException(
            WireErrors.TransactionNotFound.Code, $"The node does not show a final transaction {transaction}.")).Select(proof => proof.Receipt);

    /// <summary>The header of a final block.</summary>
    /// <param name="height">Its height, at least 1: block 0 follows from the genesis.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="CessException">As <see cref="ReadAsync"/>.</exception>
    public async Task<Verified<BlockHeader>> GetHeaderAsync(ulong height, CancellationToken cancellation = default)
    {
        BlockHeader header = await VerifyAsync(await GetFinalityAsync(height, cancellation), cancellation);
        return header.Height == height
            ? Of(header, header)
            : throw new CessException(ClientErrors.NotAuthentic, $"The node shows block {header.Height} for block {height}.");
    }

    /// <summary>
    /// What the start of a final block changed, before its first transaction: rewards, slashes for absence, deals that were dropped,
    /// proposals that were enacted. What transactions changed is in their receipts.
    /// </summary>
    /// <param name="height">The block's height, at least 1.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="CessException">As <see cref="ReadAsync"/>.</exception>
    public async Task<Verified<ImmutableArray<LedgerEvent>>> GetStartEventsAsync(ulong height, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(height);
        RestRequest request = RestRequest.Get($"/v1/blocks/{height}/events/proof");
        StartEventsProof proof = await AskAsync(() => _transport.SendScaleAsync<StartEventsProof>(request, cancellation));
        BlockHeader header = await VerifyAsync(proof.Finality, cancellation);
        return header.Height == height && proof.IsOf(header)
            ? Of(header, proof.Events)
            : throw new CessException(ClientErrors.NotAuthentic, $"The node's proof does not show what block {height} began with.");
    }

    /// <summary>Height of the block with a transaction that the node says has succeeded.</summary>
    /// <exception cref="CessException">NotAuthentic: it has not; or as <see cref="ReadAsync"/>.</exception>
    internal async Task<ulong> HeightOfSuccessAsync(Hash256 transaction, CancellationToken cancellation)
    {
        Verified<TransactionProof> proof = await FindTransactionAsync(transaction, cancellation)
            ?? throw new CessException(ClientErrors.NotAuthentic, $"The node says that transaction {transaction} is final, and does not show it.");
        return proof.Value.Receipt.Error is null
            ? proof.Height
            : throw new CessException(ClientErrors.NotAuthentic, $"The node says that transaction {transaction} succeeded; it failed: {proof.Value.Receipt.Error}.");
    }

    /// <summary>A final transaction and what became of it; null if the node does not show it, which proves nothing.</summary>
    /// <exception cref="CessException">As <see cref="ReadAsync"/>.</exception>
    internal async Task<Verified<TransactionProof>?> FindTransactionAsync(Hash256 transaction, CancellationToken cancellation)
    {
        RestRequest request = RestRequest.Get($"/v1/transactions/{transaction}/proof");
        TransactionProof proof;
        try
        {
            proof = await AskAsync(() => _transport.SendScaleAsync<TransactionProof>(request, cancellation), WireErrors.TransactionNotFound.Code);
        }
        catch (CessException e) when (e.Code == WireErrors.TransactionNotFound.Code)
        {
            return null;
        }

        BlockHeader header = await VerifyAsync(proof.Finality, cancellation);
        return proof.Transaction.Id == transaction && proof.IsOf(header)
            ? Of(header, proof)
            : throw new CessException(ClientErrors.NotAuthentic, "The node's proof does not show the transaction that it was asked for.");
    }

    /// <summary>
    /// Follows the node to its newest era, and says how to begin there: keep it, and the next start asks for no era before. Whoever
    /// trusts you can begin with it, too.
    /// </summary>
    /// <exception cref="CessException">As <see cref="ReadAsync"/>.</exception>
    public async Task<Verified<TrustedStart>> GetTrustedStartAsync(CancellationToken cancellation = default)
    {
        Verified<EraRecord?> era = await FindAsync<EraRecord>(LedgerKeys.Era, cancellation);
        await _turn.WaitAsync(cancellation);
        try
        {
            LightClient newest = _eras[^1];
            return era.Select(_ => new TrustedStart(_trust.Genesis, TrustedEra.Of(newest.Era, newest.Validators)));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Frees keys, and connections that are its own.</summary>
    public void Dispose()
    {
        _turn.Dispose();
        _keys.Dispose();
        _http?.Dispose();
    }

    /// <summary>The header that is shown, once that is certain.</summary>
    private async Task<BlockHeader> VerifyAsync(FinalityProof finality, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_eras.Count == 0)
                _eras.Add(await StartAsync(cancellation));
            BlockHeader header = finality.Header;
            while (header.Height > _eras[^1].Era.End)
                await AdvanceAsync(cancellation);
            LightClient era = _eras.Find(era => header.Height > era.Era.Start && header.Height <= era.Era.End)
                ?? throw new CessException(ClientErrors.EraUnverifiable, $"Block {header.Height} is of an era before the one that is trusted, or long over.");
            if (era.Verify(finality) is { } error)
                throw new CessException(ClientErrors.NotAuthentic, $"Block {header.Height} is not final: {error}.");
            Volatile.Write(ref _height, Math.Max(_height, header.Height));
            return header;
        }
        finally
        {
            _turn.Release();
        }
    }

    private void RequireNew(BlockHeader header)
    {
        TimeSpan age = _options.Time.GetUtcNow() - TimeOf(header.TimeMs);
        if (_options.StateAgeMax == Timeout.InfiniteTimeSpan || age <= _options.StateAgeMax)
            return;
        throw new CessException(
            ClientErrors.TooOld,
            $"The newest block that the node shows, {header.Height}, is {TimeSpan.FromSeconds((long)Math.Ceiling(age.TotalSeconds))} old, and may be "
            + $"{_options.StateAgeMax} at most: the node is behind or hides what is newer, the chain stands still, or the clock here is wrong.")
        {
            IsTransient = true,
        };
    }

    private async Task<LightClient> StartAsync(CancellationToken cancellation)
    {
        if (_trust.Era is not { Index: > 0 } era)
        {
            byte[] genesis = await AskAsync(() => _transport.ReadBytesAsync(RestRequest.Get("/v1/genesis"), cancellation));
            if (Hash256.Sha256(genesis) != _trust.Genesis)
                throw new CessException(ClientErrors.OtherChain, $"The node's chain has genesis {Hash256.Sha256(genesis)}, not {_trust.Genesis}.");
            var first = LightClient.StartingAt(RestTransport.Decode<Genesis>("/v1/genesis", genesis).ToState(), _keys);
            return _trust.Era is null || _trust.Era == TrustedEra.Of(first.Era, first.Validators)
                ? first
                : throw new CessException(ClientErrors.OtherChain, "The genesis' era is not the one that is trusted.");
        }

        // Who led there need not be asked: the hash says what to find.
        EraHandover handover = await GetHandoverAsync(era.Index - 1, cancellation);
        return TrustedEra.Of(handover.Era, handover.Validators) == era
            ? new LightClient(_trust.Genesis, handover.Era, handover.Validators, _keys)
            : throw new CessException(ClientErrors.OtherChain, $"The node's era {era.Index} is not the one that is trusted.");
    }

    private async Task AdvanceAsync(CancellationToken cancellation)
    {
        LightClient last = _eras[^1];
        LightClient next = new(_trust.Genesis, last.Era, last.Validators, _keys);
        if (next.Advance(await GetHandoverAsync(last.Era.Index, cancellation)) is { } error)
            throw new CessException(ClientErrors.NotAuthentic, $"The node's handover out of era {last.Era.Index} proves nothing: {error}.");
        if (_eras.Count == ClientLimits.ErasKept)
            _eras.RemoveAt(0);
        _eras.Add(next);
    }

    /// <summary>The header of a block, and those that lead from it to one with a certificate, as the node shows them.</summary>
    private async Task<FinalityProof> GetFinalityAsync(ulong height, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfZero(height);
        List<BlockHeader> headers = [];
        while (headers.Count < LedgerLimits.FinalityHeadersMax)
        {
            int before = headers.Count;
            RestRequest request = RestRequest.Get($"/v1/headers?from={height + (ulong)before}");
            byte[] page = await AskAsync(() => _transport.ReadBytesAsync(request, cancellation));
            foreach ((BlockHeader header, Certificate? certificate) in ReadHeaders(request, page))
            {
                headers.Add(header);
                if (certificate is not null)
                    return new FinalityProof([.. headers], certificate);
            }

            if (headers.Count == before)
                break;
        }

        throw new CessException(ClientErrors.NotProven, $"The node shows no certificate that makes block {height} final.") { IsTransient = true };
    }

    private static List<(BlockHeader Header, Certificate? Certificate)> ReadHeaders(RestRequest request, byte[] page)
    {
        try
        {
            ScaleReader reader = new(page);
            List<(BlockHeader, Certificate?)> headers = [];
            for (int count = reader.ReadCount(LedgerLimits.FinalityHeadersMax); count > 0; count--)
                headers.Add((reader.Read<BlockHeader>(), reader.ReadOptional<Certificate>()));
            reader.EnsureEnd();
            return headers;
        }
        catch (ScaleException e)
        {
            throw new CessException(ClientErrors.BadAnswer, $"{request.Path} answered with bytes that are no headers: {e.Message}", e);
        }
    }

    /// <summary>A handover comes a moment after its era has ended.</summary>
    private async Task<EraHandover> GetHandoverAsync(ulong era, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await AskAsync(
                    () => _transport.SendScaleAsync<EraHandover>(RestRequest.Get($"/v1/eras/{era}/handover"), cancellation), WireErrors.HandoverNotFound.Code);
            }
            catch (CessException e) when (e.Code == WireErrors.HandoverNotFound.Code)
            {
                if (attempt == _options.Attempts)
                    throw new CessException(ClientErrors.EraUnverifiable, $"The node does not show what leads out of era {era}.", e) { IsTransient = true };
                await Task.Delay(_options.FirstRetryDelay, _options.Time, cancellation);
            }
        }
    }

    /// <summary>
    /// Has the node show something. Its own error codes must not pass: "objects.not_found" of a node that does not show the proof is not
    /// what it is when it is proven.
    /// </summary>
    private static async Task<T> AskAsync<T>(Func<Task<T>> ask, string? passing = null)
    {
        try
        {
            return await ask();
        }
        catch (CessException e) when (e.Status is not null && e.Code != passing)
        {
            throw new CessException(ClientErrors.NotProven, $"The node does not prove what it says: {e.Message} [{e.Code}]", e)
            {
                RequestId = e.RequestId,
                IsTransient = e.IsTransient,
            };
        }
    }

    private static T? Decode<T>(ReadOnlyMemory<byte>? record)
        where T : class, IScaleValue<T> => record is { } bytes ? RestTransport.Decode<T>("/v1/proofs", bytes) : null;

    private static Verified<T> Of<T>(BlockHeader header, T value) =>
        new(value, header.Height, TimeOf(header.TimeMs));

    /// <summary>The ledger takes any time that validators agree on.</summary>
    internal static DateTimeOffset TimeOf(ulong milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Min(milliseconds, (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    private static CessException Impossible() => new(ClientErrors.NotAuthentic, "A name of the state leads to no file.");
}

/// <summary>What validators have certified.</summary>
/// <param name="Value">It.</param>
/// <param name="Height">The block after which it was so.</param>
/// <param name="Time">That block's time: of a state no older than <see cref="CessClientOptions.StateAgeMax"/>.</param>
public sealed record Verified<T>(T Value, ulong Height, DateTimeOffset Time)
{
    internal Verified<TOther> Select<TOther>(Func<T, TOther> to) => new(to(Value), Height, Time);
}
