using System.Collections.Immutable;
using Cess.Primitives;

namespace Cess.Simulation.Oracle;

/// <summary>A record that is a number.</summary>
internal sealed record Number(ulong Value) : IScaleValue<Number>
{
    public void Encode(ScaleWriter writer) => writer.WriteCompact(Value);

    public static Number Decode(ref ScaleReader reader) => new(reader.ReadCompactU64());
}

/// <summary>A record that is one value.</summary>
internal sealed record One<T>(T Value) : IScaleValue<One<T>>
    where T : IScaleValue<T>
{
    public void Encode(ScaleWriter writer) => writer.Write(Value);

    public static One<T> Decode(ref ScaleReader reader) => new(reader.Read<T>());
}

/// <summary>A record that is a text.</summary>
internal sealed record Text(string Value) : IScaleValue<Text>
{
    private const int BytesMax = 256;

    public void Encode(ScaleWriter writer) => writer.WriteString(Value);

    public static Text Decode(ref ScaleReader reader) => new(reader.ReadString(BytesMax));
}

/// <summary>A record that lists accounts, ascending.</summary>
internal sealed record AccountList(ImmutableArray<AccountId> Accounts) : IScaleValue<AccountList>
{
    private const int AccountsMax = 512;

    public void Encode(ScaleWriter writer) => writer.WriteVector(Accounts.AsSpan());

    public static AccountList Decode(ref ScaleReader reader) => new([.. reader.ReadVector<AccountId>(AccountsMax, AccountId.Size)]);
}

/// <summary>A place in the queue of deadlines.</summary>
internal sealed record QueuePlace(ulong Height, ulong Place) : IScaleValue<QueuePlace>
{
    public void Encode(ScaleWriter writer)
    {
        writer.WriteCompact(Height);
        writer.WriteCompact(Place);
    }

    public static QueuePlace Decode(ref ScaleReader reader) => new(reader.ReadCompactU64(), reader.ReadCompactU64());
}

/// <summary>A validator with an era, or with an iteration.</summary>
internal sealed record ValidatorNumber(AccountId Validator, ulong Number) : IScaleValue<ValidatorNumber>
{
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Validator);
        writer.WriteCompact(Number);
    }

    public static ValidatorNumber Decode(ref ScaleReader reader) => new(reader.Read<AccountId>(), reader.ReadCompactU64());
}

/// <summary>Keys that a validator's seat had, each with the last era in which it did.</summary>
internal sealed record KeyList(ImmutableArray<(PublicKey Key, ulong LastEra)> Keys) : IScaleValue<KeyList>
{
    private const int KeysMax = 128;

    public void Encode(ScaleWriter writer)
    {
        writer.WriteCount(Keys.Length);
        foreach ((PublicKey key, ulong lastEra) in Keys)
        {
            writer.Write(key);
            writer.WriteCompact(lastEra);
        }
    }

    public static KeyList Decode(ref ScaleReader reader)
    {
        var keys = new (PublicKey, ulong)[reader.ReadCount(KeysMax, PublicKey.Size)];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = (reader.Read<PublicKey>(), reader.ReadCompactU64());
        return new KeyList([.. keys]);
    }
}

/// <summary>The numbers of the open proposals, and the next one.</summary>
internal sealed record OpenNumbers(uint Next, ImmutableArray<uint> Open) : IScaleValue<OpenNumbers>
{
    private const int OpenMax = 16;

    public void Encode(ScaleWriter writer)
    {
        writer.WriteCompact(Next);
        writer.WriteCount(Open.Length);
        foreach (uint number in Open)
            writer.WriteCompact(number);
    }

    public static OpenNumbers Decode(ref ScaleReader reader)
    {
        uint next = reader.ReadCompactU32();
        uint[] open = new uint[reader.ReadCount(OpenMax, 1)];
        for (int i = 0; i < open.Length; i++)
            open[i] = reader.ReadCompactU32();
        return new OpenNumbers(next, [.. open]);
    }
}
