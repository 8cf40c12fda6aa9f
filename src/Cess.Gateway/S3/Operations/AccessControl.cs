using Cess.Gateway.S3.Xml;

namespace Cess.Gateway.S3.Operations;

/// <summary>Access control lists, of which there is one: the owner has full control, and nobody else any.</summary>
internal static class AccessControl
{
    public static XmlText Describe(S3Request request) => Owner(XmlText.Begin("AccessControlPolicy"), request)
        .Open("AccessControlList")
        .Open("Grant")
        .Open("Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"")
        .Element("ID", request.OwnerId).Element("DisplayName", request.OwnerId)
        .Close("Grantee")
        .Element("Permission", "FULL_CONTROL")
        .Close("Grant")
        .Close("AccessControlList")
        .Close("AccessControlPolicy");

    public static XmlText Owner(XmlText xml, S3Request request) => Person(xml, "Owner", request);

    public static XmlText Person(XmlText xml, string element, S3Request request) => xml
        .Open(element).Element("ID", request.OwnerId).Element("DisplayName", request.OwnerId).Close(element);

    /// <summary>
    /// Accepts the list that is there anyway: a canned one in the header, or one that grants the owner full control.
    /// </summary>
    /// <exception cref="S3Exception">AccessControlListNotSupported, MalformedXML.</exception>
    public static async Task CheckAsync(S3Request request)
    {
        WriteHeaders.CheckAcl(request.Headers);
        using PooledBuffer body = await request.ReadBodyAsync(S3Limits.XmlBytesMax);
        if (body.Length == 0)
            return;
        List<(string Id, string Permission)> grants = BoundedXml.Parse(body.Memory, "AccessControlPolicy", ReadGrants);
        foreach ((string id, string permission) in grants)
        {
            if (id != request.OwnerId || permission != "FULL_CONTROL")
                throw new S3Exception(S3Errors.AccessControlListNotSupported);
        }
    }

    private static List<(string Id, string Permission)> ReadGrants(BoundedXml xml)
    {
        List<(string, string)> grants = [];
        xml.Children(list =>
        {
            if (list != "AccessControlList")
                return;
            xml.Children(grant =>
            {
                string id = "";
                string permission = "";
                xml.Children(part =>
                {
                    if (part == "Grantee")
                        xml.Children(field => id = field == "ID" ? xml.Text() : id);
                    else if (part == "Permission")
                        permission = xml.Text();
                });
                grants.Add((id, permission));
            });
        });
        return grants;
    }
}
