using Xunit.Abstractions;
using Xunit.Sdk;

namespace Cess.TestContracts;

/// <summary>A test of a contract that several classes inherit: skipped in a class that lacks what it <see cref="RequiresAttribute"/>.</summary>
[XunitTestCaseDiscoverer("Cess.TestContracts." + nameof(ContractFactDiscoverer), "Cess.TestContracts")]
public sealed class ContractFactAttribute : FactAttribute;

/// <summary>The same with data.</summary>
[XunitTestCaseDiscoverer("Cess.TestContracts." + nameof(ContractTheoryDiscoverer), "Cess.TestContracts")]
public sealed class ContractTheoryAttribute : TheoryAttribute;

/// <summary>Names what a class of tests needs from outside.</summary>
[AttributeUsage(AttributeTargets.Class)]
public abstract class RequiresAttribute : Attribute
{
    /// <summary>Why the test can't run here; null if it can.</summary>
    public abstract string? SkipReasonOf(string test);

    /// <summary>Whether the test says anything about the backend there; what does not is no test of that class.</summary>
    public virtual bool IsMeaningful(string test) => true;

    internal static string? SkipReasonOf(ITestMethod method) =>
        Of(method).Select(needs => needs.SkipReasonOf(method.Method.Name)).FirstOrDefault(reason => reason is not null);

    internal static bool IsMeaningful(ITestMethod method) => Of(method).All(needs => needs.IsMeaningful(method.Method.Name));

    private static IEnumerable<RequiresAttribute> Of(ITestMethod method) =>
        method.TestClass.Class.ToRuntimeType().GetCustomAttributes(inherit: true).OfType<RequiresAttribute>();
}

public sealed class ContractFactDiscoverer(IMessageSink diagnostics) : FactDiscoverer(diagnostics)
{
    public override IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        RequiresAttribute.IsMeaningful(testMethod) ? base.Discover(discoveryOptions, testMethod, factAttribute) : [];

    protected override IXunitTestCase CreateTestCase(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        ContractTestCase.Of(DiagnosticMessageSink, discoveryOptions, testMethod);
}

public sealed class ContractTheoryDiscoverer(IMessageSink diagnostics) : TheoryDiscoverer(diagnostics)
{
    public override IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute) =>
        !RequiresAttribute.IsMeaningful(testMethod) ? []
            : RequiresAttribute.SkipReasonOf(testMethod) is null ? base.Discover(discoveryOptions, testMethod, theoryAttribute)
            : [ContractTestCase.Of(DiagnosticMessageSink, discoveryOptions, testMethod)];
}

public sealed class ContractTestCase : XunitTestCase
{
    [Obsolete("Called by the deserializer only.")]
    public ContractTestCase()
    {
    }

    private ContractTestCase(
        IMessageSink diagnostics, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(diagnostics, display, options, method)
    {
    }

    public static ContractTestCase Of(IMessageSink diagnostics, ITestFrameworkDiscoveryOptions options, ITestMethod method) =>
        new(diagnostics, options.MethodDisplayOrDefault(), options.MethodDisplayOptionsOrDefault(), method);

    protected override string GetSkipReason(IAttributeInfo factAttribute) =>
        RequiresAttribute.SkipReasonOf(TestMethod) ?? base.GetSkipReason(factAttribute);
}
