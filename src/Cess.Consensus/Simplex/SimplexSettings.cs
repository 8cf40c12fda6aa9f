using Cess.Consensus.Evidence;
using Cess.Primitives;

namespace Cess.Consensus.Simplex;

/// <summary>Signs a digest with this validator's key.</summary>
/// <param name="digest">The digest.</param>
public delegate Signature SignDigest(Hash256 digest);

/// <summary>What one machine is given by its host.</summary>
/// <param name="Self">This validator's index in the era; null to follow without a vote.</param>
/// <param name="DeltaMs">
/// Δ: how long a message and the work that it causes (waiting for transactions, building, checking or persisting a block) usually
/// take at most. Time-outs are 3Δ. Too small costs iterations, too large costs time when a leader is down; agreement depends on
/// neither.
/// </param>
/// <param name="Sign">Signs; not called if <paramref name="Self"/> is null.</param>
/// <param name="Verify">Checks signatures; <see cref="PublicKeyCache.Verify(PublicKey, Hash256, Signature)"/> is one.</param>
/// <param name="Abstention">For a validator that has lost its records; null for one that has all of them.</param>
public sealed record SimplexSettings(int? Self, long DeltaMs, SignDigest Sign, VerifySignature Verify, Abstention? Abstention = null);

/// <summary>Where a host's durable chain ends.</summary>
/// <param name="Height">Height of its last block.</param>
/// <param name="Block">Its hash.</param>
/// <param name="Iteration">Iteration of the newest certificate that is stored with a block; 0 if there is none.</param>
public readonly record struct FinalPoint(ulong Height, Hash256 Block, ulong Iteration);

/// <summary>What a host found out about a block.</summary>
public enum BlockVerdict : byte
{
    /// <summary>It keeps the rules.</summary>
    Valid = 0,

    /// <summary>
    /// It keeps the rules, and the host has the state after it, but doesn't want it: its time is too far ahead, say. The
    /// validator does not vote for it; if others do, it follows.
    /// </summary>
    Unwelcome = 1,

    /// <summary>It breaks a rule, for everybody and for ever.</summary>
    Invalid = 2,
}
