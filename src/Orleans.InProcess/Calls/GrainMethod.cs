using System.Reflection;
using Orleans.Concurrency;

namespace Orleans.InProcess;

/// <summary>What the runtime knows of one method of a grain interface.</summary>
internal sealed class GrainMethod
{
    internal GrainMethod(Type interfaceType, MethodInfo method)
    {
        InterfaceType = interfaceType;
        Method = method;
        Name = method.Name;
        InterfaceName = interfaceType.FullName ?? interfaceType.Name;
        IsOneWay = method.IsDefined(typeof(OneWayAttribute));
        IsReadOnly = method.IsDefined(typeof(ReadOnlyAttribute));
        AlwaysInterleaves = method.IsDefined(typeof(AlwaysInterleaveAttribute));
        ResponseTimeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        IsCancellable = method.GetParameters().Any(parameter => parameter.ParameterType == typeof(CancellationToken));
    }

    internal Type InterfaceType { get; }

    internal MethodInfo Method { get; }

    internal string Name { get; }

    internal string InterfaceName { get; }

    internal bool IsOneWay { get; }

    internal bool IsReadOnly { get; }

    internal bool AlwaysInterleaves { get; }

    internal bool IsCancellable { get; }

    internal TimeSpan? ResponseTimeout { get; }

    public override string ToString() => $"{InterfaceType.Name}.{Name}";
}
