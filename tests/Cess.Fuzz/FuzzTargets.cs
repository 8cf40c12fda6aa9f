using System.Text;
using Cess.Client.Chain;
using Cess.Coding;
using Cess.Consensus;
using Cess.Consensus.Messages;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.State;
using Cess.Ledger.Tests;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using ConsensusSamples = Cess.Consensus.Tests.Samples;

namespace Cess.Fuzz;

/// <summary>Every decoder of the pure layers, the SDK and the doors that bytes from outside reach.</summary>
public static class FuzzTargets
{
    /// <summary>All of them, by name.</summary>
    public static IReadOnlyDictionary<string, FuzzTarget> All { get; } = ((FuzzTarget[])
    [
        new("transaction", Transactions(), Transaction, IsScale),
        Of<Call>("call", [.. Samples.Calls.Select(call => Scale.Encode(call.Call))]),
        Of<LedgerEvent>("event", [.. Samples.Events.Select(happened => Scale.Encode(happened.Event))]),
        Of<Block>("block", [Scale.Encode(Samples.Block)]),
        Of<BlockRecord>("block-record", [Scale.Encode(Samples.Record)]),
        Of<BlockHeader>("header", [Scale.Encode(Samples.Header)]),
        Of<Certificate>("certificate", [Scale.Encode(Samples.Certificate)]),
        Of<Receipt>("receipt", [Scale.Encode(Samples.Success), Scale.Encode(Samples.Failure)]),
        Of<Genesis>("genesis", [Scale.Encode(Samples.Genesis)]),
        Of<ChainParameters>("parameters", [Value("parameters")]),
        Of<ValidatorSet>("validators", [Value("validators")]),
        Of<AccountRecord>("account", [Value("account")]),
        Of<MinerRecord>("miner", [Value("miner")]),
        Of<BucketRecord>("bucket", [Value("bucket")]),
        Of<FileRecord>("file", [Value("file")]),
        Of<DealRecord>("deal", [Value("deal")]),
        Of<DelegateRecord>("delegate", [Value("delegate")]),
        Of<EraRecord>("era", [Value("era")]),
        Of<StakeRecord>("stake", [Value("stake")]),
        Of<ValidatorRecord>("validator", [Value("validator")]),
        Of<EraMembers>("members", [Value("members")]),
        Of<NominationRecord>("nomination", [Value("nomination")]),
        Of<ProposalRecord>("proposal", [Value("proposal")]),
        Of<EraHandover>("handover", [Scale.Encode(Samples.Handover)]),
        Of<StateProof>("state-proof", Proofs()),
        Of<FinalityProof>("finality-proof", [Scale.Encode(Samples.Finality)]),
        Of<RecordsProof>("records-proof", [Scale.Encode(Samples.RecordsProof)]),
        Of<TransactionProof>("transaction-proof", [Scale.Encode(Samples.TransactionProof)]),
        Of<StartEventsProof>("start-events-proof", [Scale.Encode(Samples.StartEventsProof)]),
        new("snapshot", [Snapshot()], ReadSnapshot, e => e is LedgerException),
        Of<ConsensusMessage>("consensus-message", [.. ConsensusSamples.Messages.Values.Select(message => Scale.Encode(message))]),
        Of<ConsensusRecord>("consensus-record", [.. ConsensusSamples.Records.Values.Select(record => Scale.Encode(record))]),
        Of<Consensus.Evidence.EquivocationEvidence>("evidence", [.. ConsensusSamples.Evidence.Values.Select(evidence => Scale.Encode(evidence))]),
        Of<ObjectMetadata>("object-metadata", [Metadata()]),
        new("address", [.. Addresses()], Address, _ => false),
        new("amount", [.. Amounts()], Amount, _ => false),
        Of<MultisigTransaction>("multisig-draft", [.. Drafts()]),
        .. GatewayTargets.All,
        .. PeerTargets.All,
    ]).ToDictionary(target => target.Name);

    /// <summary>A type with one byte form: what is accepted must be written back as it was read.</summary>
    private static FuzzTarget Of<T>(string name, IReadOnlyList<byte[]> seeds)
        where T : IScaleValue<T> => new(name, seeds, bytes => IsCanonical(bytes, Scale.Encode(Scale.Decode<T>(bytes))), IsScale);

    private static bool IsScale(Exception e) => e is ScaleException;

    private static bool IsCanonical(byte[] bytes, byte[] again) => again.AsSpan().SequenceEqual(bytes)
        ? true
        : throw new FuzzException($"it was written back as {Convert.ToHexStringLower(again)}");

    private static byte[] Value(string name) => Samples.StateValues.Single(value => value.Name == name).Bytes;

    private static byte[][] Transactions() =>
    [
        Samples.Known.Bytes.ToArray(),
        Samples.Revealing.Bytes.ToArray(),
        Samples.OfSeveral.Bytes.ToArray(),
        .. Samples.Calls.Select(call => TestSigning.SignUnchecked(Samples.Unsigned(call.Call)).Bytes.ToArray()),
    ];

    /// <summary>Read, and verified with a key: neither may throw.</summary>
    private static bool Transaction(byte[] bytes)
    {
        if (!SignedTransaction.TryDecode(bytes, out SignedTransaction? transaction, out _))
            return false;
        if (!Hash256.Sha256(Scale.Encode(transaction.Unsigned)).Equals(transaction.Id))
            throw new FuzzException("its id is not that of what it says");
        return true;
    }

    private static IEnumerable<byte[]> Drafts()
    {
        MultisigPolicy policy = MultisigPolicy.Of(2, [Samples.Alice.Key.PublicKey, Samples.Bob.Key.PublicKey]);
        MultisigTransaction draft = new(Samples.Unsigned(new Transfer(Samples.Bob.Id, Balance.OneToken)) with { Account = policy.ToAccountId() }, policy);
        return [Scale.Encode(draft), Scale.Encode(draft.Sign(Samples.Bob.Key)), Scale.Encode(draft.Sign(Samples.Alice.Key).Sign(Samples.Bob.Key))];
    }

    private static StateTree Tree() => Samples.Genesis.ToState().Tree;

    private static byte[][] Proofs()
    {
        StateTree tree = Tree();
        StateKey[] keys = [LedgerKeys.Parameters, LedgerKeys.Validators, LedgerKeys.Account(Samples.Alice.Id), LedgerKeys.Bucket("nobodys")];
        return [.. keys.Select(key => Scale.Encode(StateProof.Of(tree, key))), Scale.Encode(StateProof.Of(tree, keys))];
    }

    private static byte[] Snapshot()
    {
        using var stream = new MemoryStream();
        // A memory stream never waits.
        StateSnapshot.WriteAsync(Samples.Genesis.ToState(), stream).AsTask().GetAwaiter().GetResult();
        return stream.ToArray();
    }

    private static bool ReadSnapshot(byte[] bytes)
    {
        StateSnapshot.Read(new MemoryStream(bytes));
        return true;
    }

    private static byte[] Metadata() => Scale.Encode(new ObjectMetadata(
        "d41d8cd98f00b204e9800998ecf8427e", new Dictionary<string, string> { ["content-type"] = "text/plain" }, new Dictionary<string, string> { ["mtime"] = "1" }));

    private static IEnumerable<byte[]> Addresses() => ((AccountId[])[Samples.Alice.Id, Samples.Bob.Id]).Select(id => Encoding.UTF8.GetBytes(id.ToString()));

    private static bool Address(byte[] bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        if (!AccountId.TryParse(text, out AccountId id, out _))
            return false;
        return id.ToString().Equals(text, StringComparison.OrdinalIgnoreCase) ? true : throw new FuzzException($"it is shown as {id}");
    }

    private static IEnumerable<byte[]> Amounts() => ((string[])["0", "1", "12.5", "340282366920938463463.374607431768211455"]).Select(Encoding.UTF8.GetBytes);

    private static bool Amount(byte[] bytes) =>
        Balance.TryParse(Encoding.UTF8.GetString(bytes), out Balance amount, out _)
        && (Balance.Parse(amount.ToString()) == amount ? true : throw new FuzzException($"it is shown as {amount}"));
}
