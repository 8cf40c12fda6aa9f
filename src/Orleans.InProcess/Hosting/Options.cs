namespace Orleans.Configuration;

/// <summary>Calls of and by a silo.</summary>
public abstract class MessagingOptions
{
    /// <summary>How long a caller waits before its call fails with a <see cref="TimeoutException"/>.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a call that timed out also cancels the token that the grain sees.</summary>
    public bool CancelRequestOnTimeout { get; set; }

    /// <summary>Whether a caller that cancels waits for the grain to give up, rather than giving up at once.</summary>
    public bool WaitForCancellationAcknowledgement { get; set; }
}

/// <summary>Calls of and by a silo.</summary>
public class SiloMessagingOptions : MessagingOptions
{
    /// <summary>Calls that may wait at one activation; zero for <see cref="InProcess.Limits.MailboxLengthMax"/>.</summary>
    public int MaxEnqueuedRequestsHardLimit { get; set; }

    /// <summary>Calls that may wait at one stateless worker; zero for <see cref="InProcess.Limits.MailboxLengthMax"/>.</summary>
    public int MaxEnqueuedRequestsHardLimit_StatelessWorker { get; set; }
}

/// <summary>When idle activations are collected.</summary>
public class GrainCollectionOptions
{
    /// <summary>How long an activation may be idle.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Time between two looks for idle activations.</summary>
    public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long activations may be idle, by the full name of their class.</summary>
    public Dictionary<string, TimeSpan> ClassSpecificCollectionAge { get; } = [];

    /// <summary>Time for reading state and for <c>OnActivateAsync</c>.</summary>
    public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time for <c>OnDeactivateAsync</c>.</summary>
    public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>The grain classes of the silo. Filled with all in the loaded assemblies.</summary>
public class GrainTypeOptions
{
    /// <summary>The classes.</summary>
    public HashSet<Type> Classes { get; } = [];
}

/// <summary>The silo itself.</summary>
public class SiloOptions
{
    /// <summary>Its name.</summary>
    public string SiloName { get; set; } = "Silo";
}

/// <summary>The cluster that the silo would belong to.</summary>
public class ClusterOptions
{
    /// <summary>The cluster's name.</summary>
    public string ClusterId { get; set; } = "default";

    /// <summary>The service's name.</summary>
    public string ServiceId { get; set; } = "default";
}
