using Xunit.Abstractions;
using Xunit.Sdk;

namespace Cess.EndToEnd.Clients;

/// <summary>Says what the tests of a class, or one test, need on the machine.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class NeedsAttribute(Needs needs) : Attribute
{
    /// <summary>All of these.</summary>
    public Needs Needs { get; } = needs;
}

/// <summary>
/// A test that is skipped, with its reason, where the machine lacks what <see cref="NeedsAttribute"/> on the method or on
/// its class names. A test inherited from a base class goes by the needs of the class that it runs in.
/// </summary>
[XunitTestCaseDiscoverer("Cess.EndToEnd.Clients.ClientFactDiscoverer", "Cess.EndToEnd")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class ClientFactAttribute : FactAttribute;

/// <summary>Decides when tests are discovered, since this version of xunit cannot skip a test that runs.</summary>
public sealed class ClientFactDiscoverer(IMessageSink diagnostics) : IXunitTestCaseDiscoverer
{
    /// <inheritdoc/>
    public IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute)
    {
        var needs = testMethod.Method.GetCustomAttributes(typeof(NeedsAttribute))
            .Concat(testMethod.TestClass.Class.GetCustomAttributes(typeof(NeedsAttribute)))
            .Aggregate(Needs.Nothing, (all, attribute) => all | attribute.GetNamedArgument<Needs>(nameof(NeedsAttribute.Needs)));
        var (display, options) = (discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault());
        return
        [
            TestClients.ReasonToSkip(needs) is { } reason
                ? new XunitSkippedDataRowTestCase(diagnostics, display, options, testMethod, reason)
                : new XunitTestCase(diagnostics, display, options, testMethod),
        ];
    }
}
