using System.Globalization;
using System.Reflection;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

/// <summary>The catalogue of parameters, by which people read and write them.</summary>
public sealed class ParameterFieldTests
{
    private static readonly ChainParameters s_usual = new();

    public static TheoryData<string> Names => [.. ParameterFields.All.Select(one => one.Name)];

    [Fact]
    public void Every_parameter_has_a_field_in_the_order_of_the_encoding()
    {
        IEnumerable<string> expected = NamesOf(typeof(ChainParameters)).SelectMany(name =>
            name == nameof(ChainParameters.Staking) ? NamesOf(typeof(StakingParameters)) : [name]);
        Assert.Equal(expected, ParameterFields.All.Select(field => char.ToUpperInvariant(field.Name[0]) + field.Name[1..]));

        static IEnumerable<string> NamesOf(Type type) =>
            type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).Select(property => property.Name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_value_is_read_where_it_was_written_and_nothing_else_changes(string name)
    {
        ParameterField field = ParameterFields.Find(name)!;
        string value = name == "treasury" ? new AccountId(Hash256.Sha256("t"u8)).ToString() : name == "blockWeight" ? "100001" : "17";
        ParameterChange change = Assert.Single(ParameterFields.Differences(s_usual, field.Write(s_usual, value)));
        Assert.Equal(new ParameterChange(name, field.Read(s_usual), value), change);
        Assert.Same(field, ParameterFields.Find(name.ToUpperInvariant()));
    }

    /// <summary>Else a genesis, or a proposal, would be made that the ledger refuses, or one refused that it takes.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_range_ends_where_the_ledgers_does(string name)
    {
        ParameterField field = ParameterFields.Find(name)!;
        if (name == "treasury")
            return;

        string[] bounds = field.Range.Replace(" tokens", "", StringComparison.Ordinal).Split(" to ");
        foreach (string bound in bounds)
        {
            ChainParameters parameters = field.Write(s_usual, bound);
            Assert.Equal(parameters, Scale.Decode<ChainParameters>(Scale.Encode(parameters)));
        }

        foreach (string beyond in Beyond(bounds, field.Range.EndsWith("tokens", StringComparison.Ordinal)))
        {
            FormatException refused = Assert.Throws<FormatException>(() => field.Write(s_usual, beyond));
            Assert.Contains($"{name} must be {field.Range}", refused.Message, StringComparison.Ordinal);
            Assert.False(IsTakenByTheLedger(name, beyond), $"The ledger takes {beyond}.");
        }
    }

    [Theory]
    [InlineData("seats", "")]
    [InlineData("seats", "-1")]
    [InlineData("seats", "1.5")]
    [InlineData("seats", "1e2")]
    [InlineData("seats", "[1]")]
    [InlineData("transactionFee", "-1")]
    [InlineData("transactionFee", "1e-4")]
    [InlineData("transactionFee", "0.0000000000000000001")]
    [InlineData("treasury", "cess1nobody")]
    public void What_is_no_value_is_refused_by_the_name_of_its_field(string name, string text)
    {
        FormatException refused = Assert.Throws<FormatException>(() => ParameterFields.Find(name)!.Write(s_usual, text));
        Assert.StartsWith($"{name} must be ", refused.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Beyond(string[] bounds, bool isAmount)
    {
        if (isAmount)
        {
            Balance most = Balance.Parse(bounds[1]);
            return most == Balance.MaxValue ? [] : [new Balance(most.Units + 1).ToString()];
        }

        ulong least = ulong.Parse(bounds[0], CultureInfo.InvariantCulture);
        ulong over = ulong.Parse(bounds[1], CultureInfo.InvariantCulture) + 1;
        return [.. least > 0 ? [$"{least - 1}"] : Array.Empty<string>(), $"{over}"];
    }

    /// <summary>Around the catalogue: by the property itself.</summary>
    private static bool IsTakenByTheLedger(string name, string text)
    {
        string property = char.ToUpperInvariant(name[0]) + name[1..];
        ChainParameters parameters = s_usual with { Staking = s_usual.Staking with { } };
        object target = typeof(ChainParameters).GetProperty(property) is null ? parameters.Staking : parameters;
        PropertyInfo field = target.GetType().GetProperty(property)!;
        if (field.PropertyType == typeof(uint) && !uint.TryParse(text, out _))
            return false;
        bool isAmount = field.PropertyType == typeof(Balance);
        field.SetValue(target, isAmount ? Balance.Parse(text) : Convert.ChangeType(text, field.PropertyType, CultureInfo.InvariantCulture));
        try
        {
            Scale.Decode<ChainParameters>(Scale.Encode(parameters));
            return true;
        }
        catch (ScaleException)
        {
            return false;
        }
    }
}
