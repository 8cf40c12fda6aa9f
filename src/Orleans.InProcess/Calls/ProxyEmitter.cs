using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Orleans.Runtime;
using Creation = System.Func<Orleans.InProcess.GrainInterface, Orleans.Runtime.GrainId, Orleans.Runtime.GrainReference>;

namespace Orleans.InProcess;

/// <summary>
/// Emits, for a grain interface, the class of its references and for each of its methods a class of calls with a typed field
/// for each argument: a call boxes nothing and allocates one object besides the caller's task.
/// </summary>
internal static class ProxyEmitter
{
    private const BindingFlags Inner = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private static readonly ConcurrentDictionary<Type, (MethodInfo[] Methods, Creation Create)> s_emitted = new();
    private static readonly ConcurrentDictionary<Assembly, ModuleBuilder> s_modules = new();
    private static readonly Lock s_gate = new();
    private static int s_names;

    internal static (GrainMethod[] Methods, Creation Create) Emit(Type type)
    {
        if (!s_emitted.TryGetValue(type, out var emitted))
        {
            lock (s_gate)
            {
                emitted = s_emitted.GetOrAdd(type, EmitOnce);
            }
        }

        return ([.. emitted.Methods.Select(method => new GrainMethod(method.DeclaringType!, method))], emitted.Create);
    }

    internal static IEnumerable<MethodInfo> MethodsOf(Type type) =>
        type.GetInterfaces().Prepend(type).SelectMany(part => part.GetMethods(BindingFlags.Instance | BindingFlags.Public));

    private static (MethodInfo[], Creation) EmitOnce(Type type)
    {
        var module = s_modules.GetOrAdd(type.Assembly, NewModule);
        MethodInfo[] methods = [.. MethodsOf(type)];
        const TypeAttributes SealedClass = TypeAttributes.Sealed | TypeAttributes.Class;
        var proxy = module.DefineType(NameFor(type, "Reference"), SealedClass, typeof(GrainReference), [type]);
        Type[] constructorTypes = [typeof(GrainInterface), typeof(GrainId)];
        var constructor = proxy.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, constructorTypes);
        var il = constructor.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Call, typeof(GrainReference).GetConstructor(Inner, constructorTypes)!);
        il.Emit(OpCodes.Ret);

        for (int i = 0; i < methods.Length; i++)
        {
            EmitProxyMethod(proxy, module, type, methods[i], i);
        }

        var create = proxy.DefineMethod(
            "Create", MethodAttributes.Public | MethodAttributes.Static, typeof(GrainReference), constructorTypes);
        il = create.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Newobj, constructor);
        il.Emit(OpCodes.Ret);
        return (methods, proxy.CreateType().GetMethod("Create")!.CreateDelegate<Creation>());
    }

    private static void EmitProxyMethod(TypeBuilder proxy, ModuleBuilder module, Type type, MethodInfo method, int index)
    {
        var shape = CallShape.Of(method);
        var parameters = method.GetParameters();
        var (call, fields) = EmitCall(module, type, method, shape);
        var body = proxy.DefineMethod(
            $"{method.DeclaringType!.Name}.{method.Name}.{index}",
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.HideBySig | MethodAttributes.NewSlot
                | MethodAttributes.Final,
            method.ReturnType, [.. parameters.Select(parameter => parameter.ParameterType)]);
        var il = body.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Newobj, call.GetConstructor(Type.EmptyTypes)!);
        for (int i = 0; i < parameters.Length; i++)
        {
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldarg, i + 1);
            if (MessageRules.NeedsCopy(parameters[i]))
            {
                il.Emit(OpCodes.Call, MessageRules.CopyMethod(parameters[i].ParameterType));
            }

            il.Emit(OpCodes.Stfld, call.GetField(fields[i])!);
        }

        il.Emit(OpCodes.Ldc_I4, index);
        il.Emit(OpCodes.Call, shape.Send);
        il.Emit(OpCodes.Ret);
        proxy.DefineMethodOverride(body, method);
    }

    private static (Type Call, string[] Fields) EmitCall(ModuleBuilder module, Type type, MethodInfo method, CallShape shape)
    {
        var parameters = method.GetParameters();
        var builder = module.DefineType(NameFor(type, method.Name), TypeAttributes.Sealed | TypeAttributes.Class, shape.CallBase);
        var fields = new FieldBuilder[parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            fields[i] = builder.DefineField($"argument{i}", parameters[i].ParameterType, FieldAttributes.Public);
        }

        builder.DefineDefaultConstructor(MethodAttributes.Public);

        var il = Override(builder, shape.CallBase.GetMethod("InvokeMethod", Inner)!);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Castclass, method.DeclaringType!);
        foreach (var field in fields)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, field);
        }

        il.Emit(OpCodes.Callvirt, method);
        il.Emit(OpCodes.Ret);

        il = Override(builder, typeof(GrainCall).GetMethod(nameof(GrainCall.GetArgumentCount), Inner)!);
        il.Emit(OpCodes.Ldc_I4, fields.Length);
        il.Emit(OpCodes.Ret);

        EmitByIndex(Override(builder, typeof(GrainCall).GetMethod(nameof(GrainCall.GetArgument), Inner)!), fields, (il, field) =>
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, field);
            il.Emit(OpCodes.Box, field.FieldType);
        });
        EmitByIndex(Override(builder, typeof(GrainCall).GetMethod(nameof(GrainCall.SetArgument), Inner)!), fields, (il, field) =>
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Unbox_Any, field.FieldType);
            il.Emit(OpCodes.Stfld, field);
        });

        if (Array.Find(fields, field => field.FieldType == typeof(CancellationToken)) is { } token)
        {
            var property = typeof(GrainCall).GetProperty("Token", Inner)!;
            il = Override(builder, property.GetMethod!);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, token);
            il.Emit(OpCodes.Ret);
            il = Override(builder, property.SetMethod!);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Stfld, token);
            il.Emit(OpCodes.Ret);
        }

        return (builder.CreateType(), [.. fields.Select(field => field.Name)]);
    }

    private static ILGenerator Override(TypeBuilder builder, MethodInfo inherited)
    {
        var parameters = inherited.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
        var access = inherited.Attributes & MethodAttributes.MemberAccessMask;
        var method = builder.DefineMethod(
            inherited.Name, access | MethodAttributes.Virtual | MethodAttributes.HideBySig, inherited.ReturnType, parameters);
        return method.GetILGenerator();
    }

    private static void EmitByIndex(ILGenerator il, FieldBuilder[] fields, Action<ILGenerator, FieldBuilder> access)
    {
        var cases = fields.Select(_ => il.DefineLabel()).ToArray();
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Switch, cases);
        il.Emit(OpCodes.Newobj, typeof(ArgumentOutOfRangeException).GetConstructor(Type.EmptyTypes)!);
        il.Emit(OpCodes.Throw);
        for (int i = 0; i < fields.Length; i++)
        {
            il.MarkLabel(cases[i]);
            access(il, fields[i]);
            il.Emit(OpCodes.Ret);
        }
    }

    private static ModuleBuilder NewModule(Assembly interfaces)
    {
        // Emitted classes use internal types of this assembly and may implement internal interfaces of the other one.
        var allow = typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!;
        string[] open = [typeof(ProxyEmitter).Assembly.GetName().Name!, interfaces.GetName().Name!];
        var assembly = AssemblyBuilder.DefineDynamicAssembly(
            new AssemblyName($"{interfaces.GetName().Name}.References"), AssemblyBuilderAccess.Run,
            open.Select(name => new CustomAttributeBuilder(allow, [name])));
        return assembly.DefineDynamicModule("References");
    }

    private static string NameFor(Type type, string part) =>
        $"{type.FullName!.Replace('+', '.')}.{part}.{Interlocked.Increment(ref s_names)}";
}
