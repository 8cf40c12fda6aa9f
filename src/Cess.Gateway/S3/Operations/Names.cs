using Cess.Gateway.S3.Xml;

namespace Cess.Gateway.S3.Operations;

/// <summary>
/// How keys stand in a listing: as they are, or percent-encoded, since XML cannot hold every character of a key.
/// </summary>
/// <param name="EncodingType">"url", or null.</param>
internal readonly record struct Names(string? EncodingType)
{
    /// <exception cref="S3Exception">InvalidArgument.</exception>
    public static Names Read(S3Request request) => request.Query.Get("encoding-type") switch
    {
        null or "" => new Names(null),
        "url" => new Names("url"),
        { } other => throw S3Request.InvalidArgument("encoding-type", other, "Invalid Encoding Method specified in Request"),
    };

    public void Write(XmlText xml, string element, string name) =>
        xml.Element(element, EncodingType is null ? name : PercentEncoding.Encode(name, keepSlash: true));

    /// <summary>Nothing for null.</summary>
    public void WriteOptional(XmlText xml, string element, string? name)
    {
        if (name is not null)
            Write(xml, element, name);
    }
}
