using System.Reflection;
using System.Text.RegularExpressions;
using Orleans.InProcess;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans
{
    /// <summary>
    /// The grain whose key is a stream's key is subscribed to it, for all streams of a namespace and of any provider.
    /// </summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public class ImplicitStreamSubscriptionAttribute : Attribute
    {
        /// <summary>All namespaces.</summary>
        public ImplicitStreamSubscriptionAttribute() => Predicate = new AllNamespaces();

        /// <summary>One namespace.</summary>
        public ImplicitStreamSubscriptionAttribute(string streamNamespace, string? streamIdMapper = null)
        {
            Predicate = new OneNamespace(streamNamespace);
            StreamIdMapper = streamIdMapper;
        }

        /// <summary>The namespaces that a predicate, made by its parameterless constructor, matches.</summary>
        public ImplicitStreamSubscriptionAttribute(Type predicateType, string? streamIdMapper = null)
            : this((IStreamNamespacePredicate)Activator.CreateInstance(predicateType)!, streamIdMapper)
        {
        }

        /// <summary>The namespaces that a predicate matches.</summary>
        public ImplicitStreamSubscriptionAttribute(IStreamNamespacePredicate predicate, string? streamIdMapper = null)
        {
            Predicate = predicate;
            StreamIdMapper = streamIdMapper;
        }

        /// <summary>Which namespaces.</summary>
        public IStreamNamespacePredicate Predicate { get; }

        /// <summary>How a stream's key becomes a grain's; only the default way is here.</summary>
        public string? StreamIdMapper { get; init; }
    }

    /// <summary>
    /// The grain whose key is a stream's key is subscribed to it, for all streams of namespaces that match a pattern.
    /// </summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public sealed class RegexImplicitStreamSubscriptionAttribute : ImplicitStreamSubscriptionAttribute
    {
        /// <summary>The namespaces that the pattern matches.</summary>
        public RegexImplicitStreamSubscriptionAttribute(string pattern)
            : base(new RegexNamespaces(pattern))
        {
        }
    }
}

namespace Orleans.Streams
{
    /// <summary>Says which namespaces.</summary>
    public interface IStreamNamespacePredicate
    {
        /// <summary>The predicate as text.</summary>
        string PredicatePattern { get; }

        /// <summary>Whether the namespace is one.</summary>
        bool IsMatch(string streamNamespace);
    }

    internal sealed class AllNamespaces : IStreamNamespacePredicate
    {
        public string PredicatePattern => "*";

        public bool IsMatch(string streamNamespace) => true;
    }

    internal sealed class OneNamespace(string name) : IStreamNamespacePredicate
    {
        public string PredicatePattern => $"namespace:{name}";

        public bool IsMatch(string streamNamespace) => string.Equals(name, streamNamespace, StringComparison.Ordinal);
    }

    internal sealed class RegexNamespaces(string pattern) : IStreamNamespacePredicate
    {
        private readonly Regex _pattern = new(pattern, RegexOptions.NonBacktracking);

        public string PredicatePattern => $"regex:{pattern}";

        public bool IsMatch(string streamNamespace) => _pattern.IsMatch(streamNamespace);
    }
}

namespace Orleans.InProcess
{
    /// <summary>Which grains are subscribed to which streams by their class.</summary>
    internal sealed class ImplicitSubscriptions(Catalog catalog)
    {
        private readonly (GrainClass Class, IStreamNamespacePredicate Predicate)[] _all =
        [
            .. catalog.Classes.All.SelectMany(
                grainClass => grainClass.Type.GetCustomAttributes<ImplicitStreamSubscriptionAttribute>(inherit: true),
                (grainClass, attribute) => (grainClass, attribute.Predicate)),
        ];

        /// <summary>The subscribers of a stream. A stream without a namespace has none, as in Orleans.</summary>
        internal List<GrainId> SubscribersOf(StreamId stream)
        {
            var subscribers = new List<GrainId>();
            if (_all.Length != 0 && stream.GetNamespace() is { } name && !string.IsNullOrWhiteSpace(name))
            {
                foreach (var (grainClass, predicate) in _all)
                {
                    if (predicate.IsMatch(name))
                    {
                        var grain = new GrainId(grainClass.Name, KeyFor(grainClass, stream));
                        if (!subscribers.Contains(grain))
                        {
                            subscribers.Add(grain);
                        }
                    }
                }
            }

            return subscribers;
        }

        /// <summary>The same subscription has the same identity each time it is asked for.</summary>
        internal static Guid IdOf(GrainId grain, string provider, StreamId stream)
        {
            Span<byte> bytes = stackalloc byte[16];
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(bytes, grain.Type.GetHashCode());
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], stream.GetHashCode());
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], stream.Namespace.Length);
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], IdSpan.Create(provider).GetHashCode());
            return new Guid(bytes);
        }

        private static IdSpan KeyFor(GrainClass grainClass, StreamId stream)
        {
            bool Is(Type key) => key.IsAssignableFrom(grainClass.Type);
            string key = stream.GetKeyAsString();
            if (Is(typeof(IGrainWithGuidKey)) || Is(typeof(IGrainWithGuidCompoundKey)))
            {
                if (!Guid.TryParseExact(key, "N", out var guid))
                {
                    throw new ArgumentException($"{grainClass.Type} has GUID keys and is subscribed to {stream}, whose key is none.");
                }

                return Is(typeof(IGrainWithGuidKey))
                    ? GrainIdKeyExtensions.CreateGuidKey(guid)
                    : GrainIdKeyExtensions.CreateGuidKey(guid, stream.GetNamespace());
            }

            if (Is(typeof(IGrainWithIntegerKey)) || Is(typeof(IGrainWithIntegerCompoundKey)))
            {
                if (!long.TryParse(key, System.Globalization.CultureInfo.InvariantCulture, out long integer))
                {
                    throw new ArgumentException($"{grainClass.Type} has integer keys and is subscribed to {stream}, whose key is none.");
                }

                return Is(typeof(IGrainWithIntegerKey))
                    ? GrainIdKeyExtensions.CreateIntegerKey(integer)
                    : GrainIdKeyExtensions.CreateIntegerKey(integer, stream.GetNamespace());
            }

            return IdSpan.Create(key);
        }
    }
}
