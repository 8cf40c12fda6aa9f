using Orleans.Runtime;

namespace Orleans
{
    /// <summary>Names the grain class in identities and storage, instead of its own name in lower case without "grain".</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class GrainTypeAttribute : Attribute
    {
        /// <summary>Sets the name.</summary>
        public GrainTypeAttribute(string grainType) => Name = grainType;

        internal string Name { get; }
    }

    /// <summary>How long an activation may be idle before it is collected, instead of the silo's collection age.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public class CollectionAgeLimitAttribute : Attribute
    {
        /// <summary>The shortest age.</summary>
        public static readonly TimeSpan MinAgeLimit = TimeSpan.FromMinutes(1);

        /// <summary>An age made of <see cref="Days"/>, <see cref="Hours"/> and <see cref="Minutes"/>.</summary>
        public CollectionAgeLimitAttribute()
        {
        }

        /// <summary>
        /// Reads the age as <see cref="TimeSpan.Parse(string, IFormatProvider)"/> does in the invariant culture.
        /// </summary>
        public CollectionAgeLimitAttribute(string inactivityPeriod) =>
            Minutes = TimeSpan.Parse(inactivityPeriod, System.Globalization.CultureInfo.InvariantCulture).TotalMinutes;

        /// <summary>Days of the age.</summary>
        public double Days { get; set; }

        /// <summary>Hours of the age.</summary>
        public double Hours { get; set; }

        /// <summary>Minutes of the age.</summary>
        public double Minutes { get; set; }

        /// <summary>Whether activations are never collected.</summary>
        public bool AlwaysActive { get; set; }

        /// <summary>The age, at least <see cref="MinAgeLimit"/>.</summary>
        public TimeSpan AgeLimit
        {
            get
            {
                if (AlwaysActive)
                {
                    return TimeSpan.MaxValue;
                }

                var age = TimeSpan.FromDays(Days) + TimeSpan.FromHours(Hours) + TimeSpan.FromMinutes(Minutes);
                return age >= MinAgeLimit ? age : MinAgeLimit;
            }
        }
    }

    /// <summary>Activations are never collected for being idle.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class KeepAliveAttribute : Attribute;
}

namespace Orleans.Metadata
{
    /// <summary>Which class answers to an interface that several classes implement, named by its grain type.</summary>
    [AttributeUsage(AttributeTargets.Interface, AllowMultiple = false)]
    public sealed class DefaultGrainTypeAttribute : Attribute
    {
        /// <summary>Sets the grain type.</summary>
        public DefaultGrainTypeAttribute(string grainType) => GrainType = grainType;

        internal string GrainType { get; }
    }
}

namespace Orleans.Placement
{
    /// <summary>Where a cluster puts activations. There is one place in one process, so all of these are inert.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public abstract class PlacementAttribute : Attribute;

    /// <summary>On the caller's silo.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class PreferLocalPlacementAttribute : PlacementAttribute;

    /// <summary>On any silo.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class RandomPlacementAttribute : PlacementAttribute;

    /// <summary>On the silo that the hash of the identity names.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class HashBasedPlacementAttribute : PlacementAttribute;

    /// <summary>On the silo with the fewest activations of those looked at.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ActivationCountBasedPlacementAttribute : PlacementAttribute;

    /// <summary>On the silo with the most room.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ResourceOptimizedPlacementAttribute : PlacementAttribute;
}

namespace Orleans.Providers
{
    /// <summary>Names of providers that are used when none is named.</summary>
    public static class ProviderConstants
    {
        /// <summary>The storage of grain state.</summary>
        public const string DEFAULT_STORAGE_PROVIDER_NAME = "Default";

        /// <summary>The storage of explicit stream subscriptions.</summary>
        public const string DEFAULT_PUBSUB_PROVIDER_NAME = "PubSubStore";
    }

    /// <summary>The storage of a <see cref="Grain{TGrainState}"/>.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class StorageProviderAttribute : Attribute
    {
        /// <summary>The provider's name.</summary>
        public string ProviderName { get; set; } = ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME;
    }
}
