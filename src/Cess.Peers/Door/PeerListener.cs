using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cess.Peers;

/// <summary>Where this node's door listens: known once it does, as the port may be any free one.</summary>
internal sealed class PeerListener
{
    private ListenOptions? _listen;

    private IPEndPoint Endpoint => _listen?.IPEndPoint ?? throw new InvalidOperationException("The door of other nodes does not listen.");

    /// <summary>Whether it listens on all addresses, so that none of them says where the node is.</summary>
    public bool IsEverywhere => Endpoint.Address.Equals(IPAddress.Any) || Endpoint.Address.Equals(IPAddress.IPv6Any);

    /// <summary>The URL of that address.</summary>
    public string Url => new Uri($"https://{Endpoint}").GetLeftPart(UriPartial.Authority);

    public void Attach(ListenOptions listen) => _listen = listen;
}
