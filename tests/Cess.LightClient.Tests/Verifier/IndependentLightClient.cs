namespace Cess.LightClient.Tests.Verifier;

/// <summary>
/// Follows a chain from the hash of its genesis, as docs/light-client.md says; nothing of the product's code is used. What is not
/// proven is refused with a <see cref="RefusedException"/>.
/// </summary>
internal sealed class IndependentLightClient
{
    private const int HeadersMax = 1_024;
    private const int RecordsMax = 1_024;
    private const int RecordBytesMax = 2 * 1024 * 1024;

    private readonly Bytes32 _genesis;

    private IndependentLightClient(ChainGenesis genesis)
    {
        _genesis = genesis.Hash;
        Era = new ChainEra(0, 0, genesis.EraBlocks);
        Validators = genesis.Validators;
    }

    /// <summary>The era that the client is in.</summary>
    public ChainEra Era { get; private set; }

    /// <summary>Its validators.</summary>
    public IReadOnlyList<VoteKey> Validators { get; private set; }

    /// <summary>Starts from a genesis that somebody hands over.</summary>
    /// <param name="genesis">Its bytes.</param>
    /// <param name="hash">The hash that is known.</param>
    public static IndependentLightClient Start(ReadOnlyMemory<byte> genesis, Bytes32 hash) => Bytes32.Sha256(genesis) == hash
        ? new IndependentLightClient(ChainGenesis.Decode(genesis))
        : throw new RefusedException("This is the genesis of another chain.");

    /// <summary>Checks that a header is final.</summary>
    public void CheckFinal(ChainHeader header, ChainCertificate certificate)
    {
        CheckOfEra(header);
        if (certificate.Block != header.Hash)
            throw new RefusedException("The certificate is of another block.");
        int quorum = (2 * Validators.Count / 3) + 1;
        if (certificate.Votes.Count < quorum)
            throw new RefusedException($"{certificate.Votes.Count} votes are fewer than {quorum}.");

        Bytes32 digest = certificate.Digest(_genesis);
        int previous = -1;
        foreach (ChainVote vote in certificate.Votes)
        {
            if (vote.Validator <= previous || vote.Validator >= Validators.Count)
                throw new RefusedException("The votes' validators are not ascending, or not of the era.");
            if (!Validators[vote.Validator].Verifies(digest, vote.Signature.Span))
                throw new RefusedException($"The vote of validator {vote.Validator} is not signed by it.");
            previous = vote.Validator;
        }
    }

    /// <summary>Goes on to the next era.</summary>
    public void Advance(ReadOnlyMemory<byte> handover)
    {
        ScaleInput input = new(handover);
        ChainHeader header = ChainHeader.Read(input);
        ChainCertificate certificate = ChainCertificate.Read(input);
        int start = input.Offset;
        ChainEra era = ChainEra.Read(input);
        ReadOnlyMemory<byte> eraRecord = input.Since(start);
        start = input.Offset;
        List<VoteKey> validators = ChainGenesis.ReadValidators(input);
        ReadOnlyMemory<byte> validatorsRecord = input.Since(start);
        TreeProof proof = TreeProof.Read(input);
        input.End();

        CheckFinal(header, certificate);
        if (header.Height != Era.End || era.Index != Era.Index + 1 || era.Start != Era.End)
            throw new RefusedException("The handover is not at the era's end, or not into the next.");
        CheckRecord(header, proof, StateKeys.Era, eraRecord);
        CheckRecord(header, proof, StateKeys.Validators, validatorsRecord);
        (Era, Validators) = (era, validators);
    }

    /// <summary>Checks what a node says of some keys.</summary>
    /// <param name="answer">The answer of <c>GET /v1/proofs</c>.</param>
    /// <param name="keys">The keys that were asked for.</param>
    /// <returns>The header, and the record of each key, null for none.</returns>
    public (ChainHeader Header, IReadOnlyList<byte[]?> Records) CheckRecords(ReadOnlyMemory<byte> answer, params IReadOnlyList<Bytes32> keys)
    {
        ScaleInput input = new(answer);
        ChainHeader header = CheckFinality(input);
        TreeProof proof = TreeProof.Read(input);
        List<byte[]?> records = input.Vector(RecordsMax, record => record.Option() ? record.Bytes(RecordBytesMax).ToArray() : null);
        input.End();
        if (records.Count != keys.Count)
            throw new RefusedException($"There are {records.Count} answers to {keys.Count} questions.");
        for (int i = 0; i < keys.Count; i++)
        {
            if (records[i] is { } record)
                CheckRecord(header, proof, keys[i], record);
            else
                CheckAbsence(header, proof, keys[i]);
        }

        return (header, records);
    }

    /// <summary>Checks a transaction and its receipt.</summary>
    /// <param name="answer">The answer of <c>GET /v1/transactions/{id}/proof</c>.</param>
    /// <param name="id">The transaction that was asked for.</param>
    /// <returns>The header, the transaction's bytes, and the receipt.</returns>
    public (ChainHeader Header, ReadOnlyMemory<byte> Transaction, ChainReceipt Receipt) CheckTransaction(ReadOnlyMemory<byte> answer, Bytes32 id)
    {
        const int transactionBytesMax = 1_048_576;
        ScaleInput input = new(answer);
        ChainHeader header = CheckFinality(input);
        ulong count = (ulong)input.Compact(32);
        ulong index = (ulong)input.Compact(32);
        ReadOnlyMemory<byte> transaction = input.Bytes(transactionBytesMax);
        List<Bytes32> transactionPath = AuditPath.Read(input);
        int start = input.Offset;
        ChainReceipt receipt = ChainReceipt.Read(input);
        ReadOnlyMemory<byte> receiptBytes = input.Since(start);
        List<Bytes32> receiptPath = AuditPath.Read(input);
        input.End();

        if (!AuditPath.Shows(header.TransactionsRoot, count, index, transaction, transactionPath))
            throw new RefusedException("The transaction is not in the block.");
        if (!AuditPath.Shows(header.ReceiptsRoot, count + 1, index + 1, receiptBytes, receiptPath))
            throw new RefusedException("The receipt is not in the block.");
        return receipt.Transaction == id ? (header, transaction, receipt) : throw new RefusedException("This is the receipt of another transaction.");
    }

    /// <summary>Checks what began a block.</summary>
    /// <param name="answer">The answer of <c>GET /v1/blocks/{height}/events/proof</c>.</param>
    /// <param name="height">The block that was asked for.</param>
    public IReadOnlyList<ChainEvent> CheckStartEvents(ReadOnlyMemory<byte> answer, ulong height)
    {
        ScaleInput input = new(answer);
        ChainHeader header = CheckFinality(input);
        ulong count = (ulong)input.Compact(32);
        int start = input.Offset;
        List<ChainEvent> events = ChainReceipt.ReadEvents(input);
        ReadOnlyMemory<byte> leaf = input.Since(start);
        List<Bytes32> path = AuditPath.Read(input);
        input.End();

        if (header.Height != height)
            throw new RefusedException($"This is block {header.Height}, not {height}.");
        return AuditPath.Shows(header.ReceiptsRoot, count + 1, 0, leaf, path) ? events : throw new RefusedException("The block did not begin so.");
    }

    private void CheckOfEra(ChainHeader header)
    {
        if (header.Version != 1)
            throw new RefusedException($"The header is of version {header.Version}.");
        if (header.Height <= Era.Start || header.Height > Era.End)
            throw new RefusedException($"Height {header.Height} is not of era {Era.Index}.");
    }

    private ChainHeader CheckFinality(ScaleInput input)
    {
        List<ChainHeader> headers = input.Vector(HeadersMax, ChainHeader.Read);
        ChainCertificate certificate = ChainCertificate.Read(input);
        if (headers.Count == 0)
            throw new RefusedException("There is no header.");
        headers.ForEach(CheckOfEra);
        for (int i = 1; i < headers.Count; i++)
        {
            if (headers[i].Parent != headers[i - 1].Hash || headers[i].Height != headers[i - 1].Height + 1)
                throw new RefusedException("The headers do not follow each other.");
        }

        CheckFinal(headers[^1], certificate);
        return headers[0];
    }

    private static void CheckRecord(ChainHeader header, TreeProof proof, Bytes32 key, ReadOnlyMemory<byte> record)
    {
        CheckRoot(header, proof);
        if (proof.Find(key) is not (Shown.Present, { } hash) || hash != Bytes32.Sha256(record))
            throw new RefusedException($"The proof does not show this record under key {key}.");
    }

    private static void CheckAbsence(ChainHeader header, TreeProof proof, Bytes32 key)
    {
        CheckRoot(header, proof);
        if (proof.Find(key).Shown != Shown.Absent)
            throw new RefusedException($"The proof does not show that there is nothing under key {key}.");
    }

    private static void CheckRoot(ChainHeader header, TreeProof proof)
    {
        if (proof.Root != header.StateRoot)
            throw new RefusedException("The proof is of another state.");
    }
}
