namespace Cess.LightClient.Tests;

/// <summary>What makes this client worth something: that it shares no code with what it checks.</summary>
public sealed class IndependenceTests
{
    [Fact]
    public void Nothing_of_the_product_is_used_but_the_harness_that_starts_its_node() => Assert.Equal(
        ["Cess.TestNetwork"],
        typeof(IndependentLightClient).Assembly.GetReferencedAssemblies().Select(name => name.Name!).Where(name => name.StartsWith("Cess.", StringComparison.Ordinal)));
}
