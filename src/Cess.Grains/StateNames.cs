namespace Cess.Grains;

/// <summary>Names under which grains keep state.</summary>
public static class StateNames
{
    /// <summary>The storage provider of all grain state: SQLite on one machine, PostgreSQL in a cluster.</summary>
    public const string Provider = "state";
}
