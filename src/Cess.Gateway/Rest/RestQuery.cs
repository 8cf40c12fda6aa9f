using System.Globalization;
using Cess.Primitives;
using Cess.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Cess.Gateway.Rest;

/// <summary>What query strings say.</summary>
internal static class RestQuery
{
    /// <summary>How many entries a page may have.</summary>
    /// <exception cref="RestException">Malformed, when it is not 1 to <paramref name="max"/>.</exception>
    public static int Limit(HttpRequest request, int usual, int max)
    {
        if (One(request, "limit") is not { } text)
            return usual;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit >= 1 && limit <= max
            ? limit
            : throw new RestException(WireErrors.Malformed, $"limit must be 1 to {max}.");
    }

    /// <summary>A height; null when there is none.</summary>
    /// <exception cref="RestException">Malformed.</exception>
    public static ulong? Height(HttpRequest request, string name)
    {
        if (One(request, name) is not { } text)
            return null;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong height) && height <= long.MaxValue
            ? height
            : throw new RestException(WireErrors.Malformed, $"{name} must be a block's height.");
    }

    /// <summary>A hash; null when there is none.</summary>
    /// <exception cref="RestException">Malformed.</exception>
    public static Hash256? Hash(HttpRequest request, string name)
    {
        if (One(request, name) is not { } text)
            return null;
        return Hash256.TryParse(text, out Hash256 hash)
            ? hash
            : throw new RestException(WireErrors.Malformed, $"{name} must have 64 hexadecimal digits.");
    }

    /// <summary>Whether a switch is set.</summary>
    /// <exception cref="RestException">Malformed.</exception>
    public static bool Switch(HttpRequest request, string name) => One(request, name) switch
    {
        null or "0" => false,
        "1" => true,
        _ => throw new RestException(WireErrors.Malformed, $"{name} must be 0 or 1."),
    };

    /// <summary>One of two words; the first unless the other is given.</summary>
    /// <exception cref="RestException">Malformed.</exception>
    public static bool IsSecond(HttpRequest request, string name, string first, string second) => One(request, name) is { } text
        && (text == second || (text == first ? false : throw new RestException(WireErrors.Malformed, $"{name} must be {first} or {second}.")));

    /// <summary>What a parameter says; null when it is not given.</summary>
    /// <exception cref="RestException">Malformed, when it is given more than once.</exception>
    public static string? One(HttpRequest request, string name)
    {
        StringValues values = request.Query[name];
        return values.Count <= 1 ? values : throw new RestException(WireErrors.Malformed, $"{name} is given more than once.");
    }
}
