using System.Diagnostics.CodeAnalysis;

namespace Cess.Gateway.S3.Checksums;

/// <summary>How a multipart object's checksum comes from those of its parts.</summary>
internal enum ChecksumType
{
    /// <summary>The checksum of the parts' checksums, with the number of parts.</summary>
    Composite,

    /// <summary>The checksum of all bytes.</summary>
    FullObject,
}

/// <summary>A checksum algorithm that S3 names.</summary>
internal sealed class ChecksumAlgorithm
{
    private ChecksumAlgorithm(string name, int size, ReflectedCrc? crc, bool composite)
    {
        Name = name;
        Size = size;
        Crc = crc;
        CanBeComposite = composite;
        Header = "x-amz-checksum-" + name.ToLowerInvariant();
        Element = "Checksum" + name;
    }

    public static ChecksumAlgorithm Crc32 { get; } = new("CRC32", 4, ReflectedCrc.Crc32, composite: true);

    public static ChecksumAlgorithm Crc32C { get; } = new("CRC32C", 4, ReflectedCrc.Crc32C, composite: true);

    public static ChecksumAlgorithm Crc64Nvme { get; } = new("CRC64NVME", 8, ReflectedCrc.Crc64Nvme, composite: false);

    public static ChecksumAlgorithm Sha1 { get; } = new("SHA1", 20, crc: null, composite: true);

    public static ChecksumAlgorithm Sha256 { get; } = new("SHA256", 32, crc: null, composite: true);

    public static IReadOnlyList<ChecksumAlgorithm> All { get; } = [Crc32, Crc32C, Crc64Nvme, Sha1, Sha256];

    /// <summary>As in x-amz-checksum-algorithm.</summary>
    public string Name { get; }

    /// <summary>Lower case, such as x-amz-checksum-crc32.</summary>
    public string Header { get; }

    /// <summary>As in XML, such as ChecksumCRC32.</summary>
    public string Element { get; }

    /// <summary>Bytes of a checksum.</summary>
    public int Size { get; }

    /// <summary>Null for the hashes.</summary>
    public ReflectedCrc? Crc { get; }

    public bool CanBeComposite { get; }

    public bool CanBeFullObject => Crc is not null;

    public ChecksumType DefaultType => CanBeComposite ? ChecksumType.Composite : ChecksumType.FullObject;

    public static bool TryByName(string name, [NotNullWhen(true)] out ChecksumAlgorithm? algorithm)
    {
        foreach (ChecksumAlgorithm candidate in All)
        {
            if (name.Equals(candidate.Name, StringComparison.OrdinalIgnoreCase))
            {
                algorithm = candidate;
                return true;
            }
        }

        algorithm = null;
        return false;
    }

    public static bool TryByHeader(string header, [NotNullWhen(true)] out ChecksumAlgorithm? algorithm)
    {
        foreach (ChecksumAlgorithm candidate in All)
        {
            if (header.Equals(candidate.Header, StringComparison.OrdinalIgnoreCase))
            {
                algorithm = candidate;
                return true;
            }
        }

        algorithm = null;
        return false;
    }

    /// <summary>The checksum in base64, when it is one of this algorithm.</summary>
    public bool TryDecode(string base64, [NotNullWhen(true)] out byte[]? value)
    {
        value = new byte[Size];
        if (base64.Length <= 64 && Convert.TryFromBase64String(base64, value, out int written) && written == Size)
            return true;
        value = null;
        return false;
    }

    public override string ToString() => Name;
}
