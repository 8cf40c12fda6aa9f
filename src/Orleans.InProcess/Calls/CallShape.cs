using System.Reflection;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>What a method's return type asks of its calls: their base class and how a reference sends them.</summary>
internal sealed record CallShape(Type CallBase, MethodInfo Send)
{
    private const BindingFlags Inner = BindingFlags.Instance | BindingFlags.NonPublic;

    internal static CallShape Of(MethodInfo method)
    {
        var returned = method.ReturnType;
        if (returned == typeof(void))
        {
            return new(typeof(PlainCall), Sender(nameof(GrainReference.SendPlain), null));
        }

        if (returned == typeof(Task))
        {
            return new(typeof(TaskCall), Sender(nameof(GrainReference.Send), null));
        }

        if (returned == typeof(ValueTask))
        {
            return new(typeof(ValueTaskCall), Sender(nameof(GrainReference.SendValue), null));
        }

        var result = ResultOf(method) ?? throw new OrleansConfigurationException(
            $"{method.DeclaringType}.{method.Name} returns {returned}; "
            + "a grain's method returns a Task or ValueTask, or nothing if it is one-way.");
        return returned.GetGenericTypeDefinition() == typeof(Task<>)
            ? new(typeof(TaskCall<>).MakeGenericType(result), Sender(nameof(GrainReference.Send), result))
            : new(typeof(ValueTaskCall<>).MakeGenericType(result), Sender(nameof(GrainReference.SendValue), result));
    }

    /// <summary>The result type of a method that returns a task with a result, else null.</summary>
    internal static Type? ResultOf(MethodInfo method)
    {
        var returned = method.ReturnType;
        bool hasResult = returned.IsGenericType
            && (returned.GetGenericTypeDefinition() == typeof(Task<>) || returned.GetGenericTypeDefinition() == typeof(ValueTask<>));
        return hasResult ? returned.GetGenericArguments()[0] : null;
    }

    private static MethodInfo Sender(string name, Type? result)
    {
        var method = typeof(GrainReference).GetMethods(Inner).Single(
            method => method.Name == name && method.IsGenericMethod == result is not null);
        return result is null ? method : method.MakeGenericMethod(result);
    }
}
