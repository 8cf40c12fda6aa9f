using System.Text;
using Cess.Grains.Files;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Grains.Tests.Files;

public sealed class NameIndexTests
{
    [Fact]
    public void Names_come_in_the_order_of_their_UTF8_bytes()
    {
        string[] names = ["b", "a\U0001F600", "a\uFFFD", "a", "aa", "Z", "é"];
        NameIndex index = IndexOf(names);

        ListResult page = index.List(new ListRequest("", "", "", 1000));

        Assert.Equal(names.OrderBy(Encoding.UTF8.GetBytes, ByteOrder).ToArray(), page.Objects.Select(o => o.Name).ToArray());
        Assert.Null(page.Next);
    }

    [Fact]
    public void Names_that_share_a_delimiter_after_the_prefix_are_rolled_up()
    {
        NameIndex index = IndexOf("photos/2025/a", "photos/2025/b", "photos/2026/c", "photos/cover", "readme");

        ListResult page = index.List(new ListRequest("photos/", "/", "", 1000));

        Assert.Equal(["photos/2025/", "photos/2026/"], page.CommonPrefixes);
        Assert.Equal(["photos/cover"], page.Objects.Select(o => o.Name));
    }

    [Fact]
    public void A_name_that_went_to_another_file_is_not_removed_for_the_former_one()
    {
        NameIndex index = IndexOf("a");
        index.Set(new ListedObject("a", "new", 1, "", 0));

        index.Remove("file-a");

        Assert.Equal("new", index.List(new ListRequest("", "", "", 10)).Objects.Single().FileId);
    }

    [Fact]
    public void Pages_of_any_size_join_to_the_listing_that_a_plain_filter_gives()
    {
        Gen<string> name = Gen.ArrayOf(Gen.Elements("a", "b", "/", "//", "é", "\U0001F600", "\uFFFD")).Select(string.Concat);
        var cases =
            from names in Gen.ArrayOf(name)
            from prefix in Gen.Elements("", "a", "a/", "/", "b\U0001F600")
            from delimiter in Gen.Elements("", "/", "a", "//")
            from limit in Gen.Choose(1, 5)
            select (names, prefix, delimiter, limit);

        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            NameIndex index = IndexOf(c.names);
            var seen = new List<string>();
            string after = "";
            for (int pages = 0; pages <= c.names.Length + 1; pages++)
            {
                ListResult page = index.List(new ListRequest(c.prefix, c.delimiter, after, c.limit));
                seen.AddRange(page.Objects.Select(o => o.Name).Concat(page.CommonPrefixes.Select(p => p + "*"))
                    .OrderBy(n => Encoding.UTF8.GetBytes(n.TrimEnd('*')), ByteOrder));
                if (page.Next is null)
                    break;
                Assert.Equal(c.limit, page.Objects.Count + page.CommonPrefixes.Count);
                after = page.Next;
            }
            Assert.Equal(Plain(c.names, c.prefix, c.delimiter), seen);
        }).QuickCheckThrowOnFailure();
    }

    private static List<string> Plain(string[] names, string prefix, string delimiter)
    {
        var result = new List<string>();
        foreach (string name in names.Where(n => n.Length > 0).Distinct().OrderBy(Encoding.UTF8.GetBytes, ByteOrder))
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            int at = delimiter.Length == 0 ? -1 : name.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            string entry = at < 0 ? name : name[..(at + delimiter.Length)] + "*";
            if (!result.Contains(entry))
                result.Add(entry);
        }
        return result;
    }

    private static readonly IComparer<byte[]> ByteOrder =
        Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y));

    private static NameIndex IndexOf(params string[] names)
    {
        var index = new NameIndex();
        foreach (string name in names.Where(n => n.Length > 0))
            index.Set(new ListedObject(name, "file-" + name, 1, "etag", 0));
        return index;
    }
}
