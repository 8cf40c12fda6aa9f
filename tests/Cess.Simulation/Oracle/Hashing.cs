using System.Security.Cryptography;
using System.Text;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Simulation.Oracle;

/// <summary>What the formats say is hashed: a text that says what for, and the fields behind it.</summary>
internal static class Hashing
{
    public static Hash256 HashChainStep(AccountId account, Hash256 value) => Of("cess/hash-chain/1", account.Hash.ToArray(), value.ToArray());

    public static Hash256 Mix(Hash256 randomness, Hash256 reveal) => Of("cess/randomness/1", randomness.ToArray(), reveal.ToArray());

    public static Hash256 EraSeed(Hash256 randomness, ulong era) => Of("cess/era-seed/1", randomness.ToArray(), Compact(era));

    public static Hash256 Draw(Hash256 seed, AccountId account) => Of("cess/draw/1", seed.ToArray(), account.Hash.ToArray());

    public static Hash256 FileInBatch(Hash256 transaction, int place) => Of("cess/batch-call/1", transaction.ToArray(), Compact((ulong)place));

    public static Hash256 RotationProof(Hash256 genesis, AccountId account, PublicKey key) =>
        Of("cess/rotate-key/1", genesis.ToArray(), account.Hash.ToArray(), key.ToArray());

    public static AccountId Multisig(MultisigPolicy policy) => new(Of("cess/multisig/1", Scale.Encode(policy)));

    public static Hash256 Proposal(Hash256 genesis, Hash256 parent, Hash256 block, ulong iteration, ulong parentIteration) =>
        Of("cess/propose/1", genesis.ToArray(), parent.ToArray(), block.ToArray(), Compact(iteration), Compact(parentIteration));

    public static Hash256 Notarise(Hash256 genesis, Hash256 block, ulong iteration) => Of("cess/notarise/1", genesis.ToArray(), block.ToArray(), Compact(iteration));

    public static Hash256 Finalise(Hash256 genesis, Hash256 block, ulong iteration) => Of("cess/finalise/1", genesis.ToArray(), block.ToArray(), Compact(iteration));

    public static Hash256 Dummy(Hash256 genesis, ulong iteration) => Of("cess/dummy/1", genesis.ToArray(), Compact(iteration));

    private static byte[] Compact(ulong number) => Scale.Encode(new Number(number));

    private static Hash256 Of(string text, params byte[][] fields) =>
        Hash256.FromBytes(SHA256.HashData([.. Encoding.ASCII.GetBytes(text), .. fields.SelectMany(field => field)]));
}
