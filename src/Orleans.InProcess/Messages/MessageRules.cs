using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>
/// What may cross from grain to grain. Orleans copies every message that is not marked immutable; here immutable ones are shared,
/// arrays and the usual collections of immutable elements are copied, and anything else is refused when the silo starts:
/// so no grain can tell the runtimes apart by changing a message.
/// </summary>
internal static class MessageRules
{
    private static readonly FrozenSet<Type> s_immutable = new[]
    {
        typeof(string), typeof(decimal), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DateOnly), typeof(TimeOnly),
        typeof(Guid), typeof(Uri), typeof(Version), typeof(BigInteger), typeof(Int128), typeof(UInt128), typeof(Half), typeof(Type),
        typeof(IPAddress), typeof(IPEndPoint), typeof(CancellationToken), typeof(GrainReference), typeof(ValueTuple),
    }.ToFrozenSet();

    private static readonly FrozenSet<Type> s_immutableGenerics = new[]
    {
        typeof(Nullable<>), typeof(KeyValuePair<,>), typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableDictionary<,>),
        typeof(ImmutableSortedDictionary<,>), typeof(ImmutableHashSet<>), typeof(ImmutableSortedSet<>), typeof(ImmutableQueue<>),
        typeof(ImmutableStack<>), typeof(FrozenSet<>), typeof(FrozenDictionary<,>), typeof(IImmutableList<>),
        typeof(IImmutableDictionary<,>), typeof(IImmutableSet<>),
    }.ToFrozenSet();

    private static readonly ConcurrentDictionary<Type, string?> s_refusals = new();

    /// <summary>Checks all methods of an interface.</summary>
    /// <exception cref="OrleansConfigurationException">A method cannot be called, or a parameter or result may not cross.</exception>
    internal static void Check(Type interfaceType)
    {
        foreach (var method in ProxyEmitter.MethodsOf(interfaceType))
        {
            if (method.IsGenericMethodDefinition)
            {
                throw Refuse(method, "is generic; give each type a method of its own");
            }

            if (method.ReturnType == typeof(void) && !method.IsDefined(typeof(OneWayAttribute)))
            {
                throw Refuse(method, "returns nothing and is not [OneWay]; return a Task");
            }

            if (method.IsDefined(typeof(OneWayAttribute)) && CallShape.ResultOf(method) is not null)
            {
                throw Refuse(method, "is [OneWay] and returns a result that nobody would wait for");
            }

            _ = CallShape.Of(method);
            foreach (var parameter in method.GetParameters())
            {
                if (parameter.ParameterType.IsByRef)
                {
                    throw Refuse(method, $"takes {parameter.Name} by reference");
                }

                CheckCrossing(
                    method, $"parameter {parameter.Name}", parameter.ParameterType, parameter.IsDefined(typeof(ImmutableAttribute)));
            }

            if (method.GetParameters().Count(parameter => parameter.ParameterType == typeof(CancellationToken)) > 1)
            {
                throw Refuse(method, "takes more than one CancellationToken");
            }

            if (CallShape.ResultOf(method) is { } result)
            {
                CheckCrossing(method, "result", result, method.ReturnParameter.IsDefined(typeof(ImmutableAttribute)));
            }
        }
    }

    /// <summary>Checks the items of a stream.</summary>
    /// <exception cref="OrleansConfigurationException">Such items may not cross.</exception>
    internal static void CheckItems(Type type)
    {
        if (RefusalOf(type) is { } refusal)
        {
            throw new OrleansConfigurationException($"Items of type {type} may not go through a stream: {refusal}.");
        }
    }

    internal static bool NeedsCopy(ParameterInfo parameter) =>
        !parameter.IsDefined(typeof(ImmutableAttribute)) && MessageCopy.For(parameter.ParameterType) is not null;

    internal static MethodInfo CopyMethod(Type type) =>
        typeof(MessageCopy<>).MakeGenericType(type).GetMethod("Copy", BindingFlags.NonPublic | BindingFlags.Static)!;

    private static void CheckCrossing(MethodInfo method, string what, Type type, bool isPromised)
    {
        if (!isPromised && RefusalOf(type) is { } refusal)
        {
            throw Refuse(method, $"has the {what} of type {type}, which may not cross between grains: {refusal}");
        }
    }

    private static OrleansConfigurationException Refuse(MethodInfo method, string why) =>
        new($"{method.DeclaringType}.{method.Name} {why}.");

    private static string? RefusalOf(Type type) => s_refusals.GetOrAdd(type, static type =>
    {
        if (MessageCopy.For(type) is null)
        {
            return ImmutableRefusalOf(type);
        }

        return FirstRefusalOf(type.IsSZArray ? [type.GetElementType()!] : type.GetGenericArguments());
    });

    private static string? FirstRefusalOf(Type[] types) => types.Select(ImmutableRefusalOf).FirstOrDefault(refusal => refusal is not null);

    // Null if values of the type are immutable.
    private static string? ImmutableRefusalOf(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || s_immutable.Contains(type) || typeof(IAddressable).IsAssignableFrom(type)
            || typeof(Exception).IsAssignableFrom(type))
        {
            return null;
        }

        if (type.IsGenericType)
        {
            var definition = type.GetGenericTypeDefinition();
            if (definition == typeof(Immutable<>))
            {
                return null;
            }

            if (s_immutableGenerics.Contains(definition) || typeof(ITuple).IsAssignableFrom(type))
            {
                return FirstRefusalOf(type.GetGenericArguments());
            }
        }

        if (!type.IsDefined(typeof(ImmutableAttribute), inherit: false))
        {
            return $"{type} is not known to be immutable; mark it [Immutable] if it is";
        }

        return type.IsValueType ? null : MutableMemberOf(type);
    }

    private static string? MutableMemberOf(Type type)
    {
        var settable = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).FirstOrDefault(property =>
            property.SetMethod is { IsPublic: true } setter
            && !setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)));
        if (settable is not null)
        {
            return $"{type} is marked [Immutable], but {settable.Name} can be set";
        }

        var field = type.GetFields(BindingFlags.Public | BindingFlags.Instance).FirstOrDefault(field => !field.IsInitOnly);
        return field is null ? null : $"{type} is marked [Immutable], but {field.Name} can be changed";
    }
}
