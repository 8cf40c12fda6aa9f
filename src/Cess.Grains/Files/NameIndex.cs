namespace Cess.Grains.Files;

/// <summary>Names of one bucket in the order of their UTF-8 bytes, and S3's way of listing them.</summary>
internal sealed class NameIndex
{
    private readonly SortedSet<Place> _places = new(PlaceOrder.Instance);
    private readonly Dictionary<string, ListedObject> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _nameOfFile = new(StringComparer.Ordinal);

    /// <summary>Names held.</summary>
    public int Count => _objects.Count;

    /// <summary>Adds a name, or gives it another object.</summary>
    public void Set(ListedObject item)
    {
        if (_objects.TryGetValue(item.Name, out ListedObject? former))
            _nameOfFile.Remove(former.FileId);
        _objects[item.Name] = item;
        _nameOfFile[item.FileId] = item.Name;
        _places.Add(new Place(item.Name, IsAfterAll: false));
    }

    /// <summary>Forgets the name of a file, if the file still has it.</summary>
    public void Remove(string fileId)
    {
        if (!_nameOfFile.Remove(fileId, out string? name))
            return;
        _objects.Remove(name);
        _places.Remove(new Place(name, IsAfterAll: false));
    }

    /// <summary>A page: names in order, those that share a delimiter after the prefix rolled up into one.</summary>
    public ListResult List(ListRequest request)
    {
        var objects = new List<ListedObject>();
        var prefixes = new List<string>();
        string? last = null;
        Place from = Start(request);
        // Each step either takes an entry or skips a whole rolled-up prefix, so it ends after at most Limit + 2 steps.
        while (Next(from, request.Prefix) is { } name)
        {
            string? rolled = RolledUp(name, request);
            if (rolled is not null && PlaceOrder.CompareUtf8(rolled, request.After) <= 0)
            {
                from = new Place(rolled, IsAfterAll: true);
                continue;
            }
            if (objects.Count + prefixes.Count >= request.Limit)
                return new ListResult(objects, prefixes, last ?? request.After);
            if (rolled is null)
            {
                objects.Add(_objects[name]);
                from = new Place(name + '\0', IsAfterAll: false);
                last = name;
            }
            else
            {
                prefixes.Add(rolled);
                from = new Place(rolled, IsAfterAll: true);
                last = rolled;
            }
        }
        return new ListResult(objects, prefixes, null);
    }

    private static Place Start(ListRequest request) =>
        PlaceOrder.CompareUtf8(request.After, request.Prefix) < 0 || request.After.Length == 0
            ? new Place(request.Prefix, IsAfterAll: false)
            : new Place(request.After + '\0', IsAfterAll: false);

    private string? Next(Place from, string prefix)
    {
        var end = new Place(prefix, IsAfterAll: true);
        if (PlaceOrder.Instance.Compare(from, end) > 0)
            return null;
        foreach (Place place in _places.GetViewBetween(from, end))
            return place.Text;
        return null;
    }

    private static string? RolledUp(string name, ListRequest request)
    {
        if (request.Delimiter.Length == 0)
            return null;
        int at = name.IndexOf(request.Delimiter, request.Prefix.Length, StringComparison.Ordinal);
        return at < 0 ? null : name[..(at + request.Delimiter.Length)];
    }

    /// <summary>A name, or the place behind every name that begins with it.</summary>
    private readonly record struct Place(string Text, bool IsAfterAll);

    private sealed class PlaceOrder : IComparer<Place>
    {
        public static readonly PlaceOrder Instance = new();

        public int Compare(Place x, Place y)
        {
            if (x.IsAfterAll && y.Text.StartsWith(x.Text, StringComparison.Ordinal))
                return y.IsAfterAll && y.Text.Length == x.Text.Length ? 0 : 1;
            if (y.IsAfterAll && x.Text.StartsWith(y.Text, StringComparison.Ordinal))
                return -1;
            return CompareUtf8(x.Text, y.Text);
        }

        /// <summary>
        /// The order of UTF-8 bytes, without encoding: that of UTF-16 units, except that surrogates (which stand for what is
        /// past U+FFFF) come after U+E000 to U+FFFF.
        /// </summary>
        public static int CompareUtf8(string x, string y)
        {
            int at = x.AsSpan().CommonPrefixLength(y);
            if (at == x.Length || at == y.Length)
                return x.Length.CompareTo(y.Length);
            return Rank(x[at]).CompareTo(Rank(y[at]));
        }

        private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
    }
}
