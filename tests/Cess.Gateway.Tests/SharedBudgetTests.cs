using System.Net;

namespace Cess.Gateway.Tests;

public sealed class SharedBudgetTests
{
    private readonly SharedBudget _budget = new(max: 10, perAddressMax: 6);

    [Fact]
    public void No_address_takes_what_is_for_others()
    {
        IDisposable? half = Take("192.0.2.1", 3);
        Assert.NotNull(Take("192.0.2.1", 3));
        Assert.Null(Take("192.0.2.1", 1));
        Assert.NotNull(Take("192.0.2.2", 4));
        Assert.Null(Take("192.0.2.2", 1));
        Assert.Equal(10, _budget.Taken);

        half!.Dispose();
        half.Dispose();
        Assert.Equal(7, _budget.Taken);
        Assert.NotNull(Take("192.0.2.3", 3));
    }

    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.2", false)]
    [InlineData("2001:db8::1", "2001:db8::ffff:0:0:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    public void Who_has_many_addresses_of_one_network_is_one(string one, string other, bool isOne)
    {
        Assert.NotNull(Take(one, 6));
        Assert.Equal(isOne, Take(other, 1) is null);
    }

    private IDisposable? Take(string address, long amount) => _budget.TryTake(IPAddress.Parse(address), amount);
}
