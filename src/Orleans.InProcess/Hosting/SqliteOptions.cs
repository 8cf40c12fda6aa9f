namespace Orleans.Configuration;

/// <summary>Grain state in a SQLite file.</summary>
public class SqliteGrainStorageOptions
{
    /// <summary>The file; made if it is missing, its folder is not.</summary>
    public string Path { get; set; } = "";
}

/// <summary>Reminders in a SQLite file.</summary>
public class SqliteReminderOptions
{
    /// <summary>The file; may be the one of the grain storage.</summary>
    public string Path { get; set; } = "";
}
