using System.Buffers;

namespace Cess.Ledger.Modules.Files;

/// <summary>
/// Which texts name a bucket: S3's rules for general purpose buckets
/// (docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html), as far as they are not about Amazon's own names.
/// </summary>
public static class BucketNames
{
    private static readonly SearchValues<char> s_allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");

    /// <summary>
    /// True for 3 to 63 lower-case letters, digits, dots and hyphens that begin and end with a letter or digit, have no two
    /// dots in a row, and are not formatted as an IPv4 address.
    /// </summary>
    public static bool IsValid(string name) =>
        name.Length is >= LedgerLimits.BucketNameLengthMin and <= LedgerLimits.BucketNameLengthMax
        && !name.AsSpan().ContainsAnyExcept(s_allowed)
        && char.IsAsciiLetterOrDigit(name[0])
        && char.IsAsciiLetterOrDigit(name[^1])
        && !name.Contains("..", StringComparison.Ordinal)
        && !IsFormattedAsAddress(name);

    /// <summary>Four groups of one to three digits.</summary>
    private static bool IsFormattedAsAddress(string name)
    {
        int groups = 0;
        foreach (Range range in name.AsSpan().Split('.'))
        {
            ReadOnlySpan<char> group = name.AsSpan(range);
            if (group.Length is 0 or > 3 || group.ContainsAnyExceptInRange('0', '9'))
                return false;
            groups++;
        }

        return groups == 4;
    }
}
