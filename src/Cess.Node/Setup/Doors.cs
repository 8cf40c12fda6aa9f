using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cess.Node.Setup;

/// <summary>The node's two ways in.</summary>
internal enum Door
{
    /// <summary>The S3 protocol.</summary>
    S3,

    /// <summary>REST.</summary>
    Rest,
}

/// <summary>Marks connections by the listener that took them, so that each door may have any port, also a free one.</summary>
internal static class Doors
{
    private static readonly object s_key = new();

    public static void MarkAs(this ListenOptions listen, Door door) => listen.Use(next => connection =>
    {
        connection.Items[s_key] = door;
        return next(connection);
    });

    public static bool CameThrough(this HttpContext http, Door door) =>
        http.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(s_key, out object? mark) == true && mark is Door came && came == door;
}
