using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;

namespace Cess.Client.Chain;

/// <summary>
/// What a delegate may do, as text: modules and single calls by the names of the ledger, such as
/// <c>Files,Balances.Transfer</c>. A module by itself stands for all its calls, those to come included.
/// </summary>
public static class CallScopes
{
    private const char Separator = ',';

    private static readonly Dictionary<ModuleId, Type> s_calls = new()
    {
        [ModuleId.Balances] = typeof(BalancesCallKind),
        [ModuleId.Miners] = typeof(MinersCallKind),
        [ModuleId.Files] = typeof(FilesCallKind),
        [ModuleId.Staking] = typeof(StakingCallKind),
        [ModuleId.Governance] = typeof(GovernanceCallKind),
    };

    /// <summary>Reads a scope; names in upper or lower case.</summary>
    /// <param name="text">The names, with commas between them.</param>
    /// <param name="scope">Modules in the ledger's order.</param>
    /// <param name="unknown">A name that stands for nothing that a delegate can do.</param>
    public static bool TryParse(string text, out ImmutableArray<CallScope> scope, [NotNullWhen(false)] out string? unknown)
    {
        SortedDictionary<ModuleId, uint> calls = [];
        scope = [];
        foreach (string name in text.Split(Separator, StringSplitOptions.TrimEntries))
        {
            string[] pieces = name.Split('.');
            uint bits = uint.MaxValue;
            if (!TryFind(pieces[0], out ModuleId module) || pieces.Length > 2 || (pieces.Length == 2 && !TryFind(module, pieces[1], out bits)))
            {
                unknown = name;
                return false;
            }

            calls[module] = calls.GetValueOrDefault(module) | bits;
        }

        scope = [.. calls.Select(entry => new CallScope(entry.Key, entry.Value))];
        unknown = null;
        return true;
    }

    /// <summary>Writes a scope as it is read.</summary>
    public static string ToText(ImmutableArray<CallScope> scope) => string.Join(Separator, scope.SelectMany(NamesOf));

    private static bool TryFind(string name, out ModuleId module)
    {
        module = s_calls.Keys.FirstOrDefault(known => known.ToString().Equals(name, StringComparison.OrdinalIgnoreCase));
        return s_calls.ContainsKey(module);
    }

    private static bool TryFind(ModuleId module, string name, out uint bit)
    {
        int place = Array.FindIndex(Enum.GetNames(s_calls[module]), known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
        bit = place < 0 ? 0 : 1u << Convert.ToByte(Enum.GetValuesAsUnderlyingType(s_calls[module]).GetValue(place), System.Globalization.CultureInfo.InvariantCulture);
        return place >= 0;
    }

    private static IEnumerable<string> NamesOf(CallScope scope)
    {
        if (scope.Calls == uint.MaxValue || !s_calls.TryGetValue(scope.Module, out Type? kinds))
            return [scope.Module.ToString()];
        return Enum.GetNames(kinds).Where(name => TryFind(scope.Module, name, out uint bit) && (scope.Calls & bit) != 0).Select(name => $"{scope.Module}.{name}");
    }
}
