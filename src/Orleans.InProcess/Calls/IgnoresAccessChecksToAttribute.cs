namespace System.Runtime.CompilerServices;

/// <summary>Read by the .NET runtime: lets an assembly use internal types of the named one.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
