namespace Orleans.Runtime;

/// <summary>The base of the runtime's exceptions.</summary>
public class OrleansException : Exception
{
    /// <summary>An exception without a message.</summary>
    public OrleansException()
        : base("Unexpected error.")
    {
    }

    /// <summary>An exception with a message.</summary>
    public OrleansException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and the exception behind it.</summary>
    public OrleansException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The silo cannot start as it is configured.</summary>
public sealed class OrleansConfigurationException : Exception
{
    /// <summary>An exception with a message.</summary>
    public OrleansConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and the exception behind it.</summary>
    public OrleansConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A queue or another bounded thing is full.</summary>
public sealed class LimitExceededException : OrleansException
{
    /// <summary>An exception with a message.</summary>
    public LimitExceededException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and the exception behind it.</summary>
    public LimitExceededException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A call was refused before it reached a grain.</summary>
public class OrleansMessageRejectionException : OrleansException
{
    internal OrleansMessageRejectionException(string message)
        : base(message)
    {
    }

    internal OrleansMessageRejectionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The silo stopped, or stops, before the call was answered.</summary>
public sealed class SiloUnavailableException : OrleansMessageRejectionException
{
    /// <summary>An exception with a message.</summary>
    public SiloUnavailableException(string msg)
        : base(msg)
    {
    }

    /// <summary>An exception with a message and the exception behind it.</summary>
    public SiloUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The object behind an observer reference is gone.</summary>
public sealed class ClientNotAvailableException : OrleansException
{
    internal ClientNotAvailableException(string message)
        : base(message)
    {
    }
}
