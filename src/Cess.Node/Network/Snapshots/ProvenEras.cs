using System.Collections.Immutable;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Primitives;

namespace Cess.Node.Network.Snapshots;

/// <summary>
/// The eras from that of a state which this node has executed itself, or that follows from the genesis, as far as handovers lead:
/// who may certify which blocks. See docs/light-client.md.
/// </summary>
internal sealed class ProvenEras
{
    private readonly Hash256 _genesis;
    private readonly PublicKeyCache _keys;
    private readonly LightClient _newest;
    private readonly List<(EraRecord Era, ValidatorSet Validators)> _eras = [];
    private readonly List<EraHandover> _handovers = [];

    public ProvenEras(LedgerState own, PublicKeyCache keys)
    {
        (_genesis, _keys, _newest) = (own.Genesis, keys, LightClient.StartingAt(own, keys));
        _eras.Add((own.Era, own.Validators));
    }

    /// <summary>The newest era that is proven.</summary>
    public EraRecord Newest => _newest.Era;

    /// <summary>The same, as somebody names it who trusts it.</summary>
    public TrustedEra NewestHash => TrustedEra.Of(_newest.Era, _newest.Validators);

    /// <summary>What has led there.</summary>
    public ImmutableArray<EraHandover> Handovers => [.. _handovers];

    /// <summary>Goes on to the next era; null if that was proven, else why not.</summary>
    public LedgerError? Advance(EraHandover handover)
    {
        if (_newest.Advance(handover) is { } error)
            return error;
        _eras.Add((_newest.Era, _newest.Validators));
        _handovers.Add(handover);
        return null;
    }

    /// <summary>Null if a block of any of these eras is final, else why not.</summary>
    public LedgerError? Verify(BlockHeader header, Certificate certificate)
    {
        (EraRecord era, ValidatorSet validators) = _eras.FirstOrDefault(era => header.Height > era.Era.Start && header.Height <= era.Era.End);
        return era is null
            ? ChainError.EraUnknown
            : new LightClient(_genesis, era, validators, _keys).Verify(header, certificate);
    }
}
