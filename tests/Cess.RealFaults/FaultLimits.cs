namespace Cess.RealFaults;

/// <summary>Bounds of rounds. Times end a hang, unless they say that they are promised.</summary>
internal static class FaultLimits
{
    /// <summary>A request of a client that keeps to the rules; also the time in which a node that gets well has to answer again.</summary>
    public static readonly TimeSpan Request = TimeSpan.FromSeconds(60);

    /// <summary>Until the load has taken so many steps.</summary>
    public static readonly TimeSpan Steps = TimeSpan.FromSeconds(90);

    /// <summary>Between the attempts of a client whose request has failed.</summary>
    public static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Between two looks at the chain's height.</summary>
    public static readonly TimeSpan HeightInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Promised: how long a client that keeps to the rules waits at most while others don't, on a machine that is busy with both.</summary>
    public static readonly TimeSpan HonestAnswer = TimeSpan.FromSeconds(10);

    /// <summary>Promised: until a connection that sends less than the least rate is cut; Kestrel grants five seconds.</summary>
    public static readonly TimeSpan SlowBodyCut = TimeSpan.FromSeconds(15);

    /// <summary>Until what hostile clients have taken is given back after they have gone.</summary>
    public static readonly TimeSpan Release = TimeSpan.FromSeconds(30);

    /// <summary>Promised: until a node whose disk is well again serves, or has stopped itself, or says that it is not well.</summary>
    public static readonly TimeSpan Recovery = TimeSpan.FromSeconds(15);

    /// <summary>Handles more than before hostile clients came, after they have gone.</summary>
    public const int HandlesLeftMax = 64;

    /// <summary>The same of threads; the pool keeps some for the next burst.</summary>
    public const int ThreadsLeftMax = 48;

    /// <summary>The same of memory, in bytes; the collector gives back late.</summary>
    public const long MemoryLeftMax = 256L << 20;

    /// <summary>Length of most objects.</summary>
    public const int SmallBytesMax = 80 << 10;

    /// <summary>Length of some.</summary>
    public const int LargeBytesMax = 2 << 20;

    /// <summary>Lines of a node's output in a report.</summary>
    public const int LastWords = 15;

    /// <summary>Failures of a round's clients that are kept for its report.</summary>
    public const int FailuresKept = 20;
}
