using System.Collections.Concurrent;
using Cess.Primitives;

namespace Cess.Peers.Tests;

/// <summary>A validator with its key.</summary>
internal sealed record TestValidator(PrivateKey Private)
{
    public AccountId Account { get; } = Private.PublicKey.ToAccountId();

    public PublicKey Key => Private.PublicKey;

    public static TestValidator Create() => new(PrivateKey.Generate());

    /// <summary>Its word on where it is.</summary>
    public PeerRecord Record(Hash256 genesis, PeerEndpoint node, ulong sequence) =>
        PeerRecord.Create(genesis, Account, Key, node, sequence, Private.Sign);
}

/// <summary>What all nodes of a test know: who is a validator.</summary>
internal sealed class TestChain
{
    private readonly ConcurrentDictionary<AccountId, PublicKey> _validators = new();

    public Hash256 Genesis { get; } = Hash256.Sha256(TestPeerChain.GenesisBytes.Span);

    public TestValidator[] Validators(int count)
    {
        TestValidator[] validators = [.. Enumerable.Range(0, count).Select(_ => TestValidator.Create())];
        foreach (TestValidator validator in validators)
            _validators[validator.Account] = validator.Key;
        return validators;
    }

    public void Remember(TestValidator validator) => _validators[validator.Account] = validator.Key;

    public void Rekey(TestValidator validator, PublicKey key) => _validators[validator.Account] = key;

    public void Forget(TestValidator validator) => _validators.TryRemove(validator.Account, out _);

    public bool IsKnown(AccountId validator, PublicKey key) => _validators.TryGetValue(validator, out PublicKey known) && known == key;
}

/// <summary>A node's view of a <see cref="TestChain"/>.</summary>
internal sealed class TestValidators(TestChain chain, IEnumerable<TestValidator> local) : IPeerValidators
{
    private readonly Dictionary<AccountId, TestValidator> _local = local.ToDictionary(validator => validator.Account);

    public IReadOnlySet<AccountId> Local => _local.Keys.ToHashSet();

    public PublicKey KeyOf(AccountId local) => _local[local].Key;

    public Signature Sign(AccountId local, Hash256 digest) => _local[local].Private.Sign(digest);

    public bool IsKnown(AccountId validator, PublicKey key) => chain.IsKnown(validator, key);
}
