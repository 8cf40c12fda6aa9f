using Cess.Primitives;

namespace Cess.Peers;

/// <summary>Many records in SCALE, as they are exchanged and kept: validators in strictly ascending order.</summary>
/// <param name="Records">The records.</param>
internal sealed record PeerRecords(PeerRecord[] Records) : IScaleValue<PeerRecords>
{
    public static PeerRecords Of(IEnumerable<PeerRecord> records) => new([.. records.OrderBy(record => record.Validator)]);

    public void Encode(ScaleWriter writer) => writer.WriteVector<PeerRecord>(Records);

    public static PeerRecords Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        PeerRecord[] records = reader.ReadVector<PeerRecord>(PeerLimits.RecordsMax, PeerRecord.EncodedBytesMin);
        for (int i = 1; i < records.Length; i++)
        {
            if (records[i - 1].Validator >= records[i].Validator)
                throw ScaleReader.Invalid(start, "records are in strictly ascending order of validators.");
        }

        return new PeerRecords(records);
    }
}
