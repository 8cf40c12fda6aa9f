using System.Diagnostics.CodeAnalysis;

namespace Cess.Wire;

/// <summary>What an account has to do with a transaction.</summary>
public enum AccountRole
{
    /// <summary>It signed the transaction and paid its fee.</summary>
    Sender,

    /// <summary>Another account sent the transaction, and an event of it names this one: it received tokens, say, or somebody acted for it.</summary>
    Party,

    /// <summary>Either of them; what is asked for, never what a transaction says.</summary>
    Any,
}

/// <summary>Roles as the REST door writes them.</summary>
public static class AccountRoles
{
    /// <summary>Its word in queries and answers.</summary>
    public static string ToText(this AccountRole role) => role switch
    {
        AccountRole.Sender => "sender",
        AccountRole.Party => "party",
        AccountRole.Any => "any",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "No such role."),
    };

    /// <summary>The role of a word.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AccountRole role)
    {
        foreach (AccountRole candidate in Enum.GetValues<AccountRole>())
        {
            if (candidate.ToText() == text)
            {
                role = candidate;
                return true;
            }
        }
        role = default;
        return false;
    }

    /// <summary>Whether somebody who asks for one role wants a transaction in which the account has another.</summary>
    public static bool Includes(this AccountRole asked, AccountRole actual) => asked == AccountRole.Any || asked == actual;
}
