namespace Cess.Wire;

/// <summary>Method and target of a request, as they go over the wire, and the components that follow from them (RFC 9421, section 2.2).</summary>
public sealed class RequestTarget
{
    private readonly string _method;
    private readonly string _scheme;
    private readonly string _authority;
    private readonly string _target;

    /// <summary>Takes a target apart.</summary>
    /// <param name="method">The method, in the case in which it is sent.</param>
    /// <param name="scheme">http or https.</param>
    /// <param name="host">The Host field: a name or address, and the port unless it is the scheme's own.</param>
    /// <param name="target">Path and query, escaped as they are sent.</param>
    public RequestTarget(string method, string scheme, string host, string target)
    {
        _method = method;
        _scheme = scheme.ToLowerInvariant();
        _authority = WithoutDefaultPort(host.ToLowerInvariant(), _scheme);
        _target = target.Length == 0 ? "/" : target;
    }

    /// <summary>The value of a derived component; null for one that is not known here.</summary>
    public string? Derive(string component)
    {
        int query = _target.IndexOf('?', StringComparison.Ordinal);
        return component switch
        {
            "@method" => _method,
            "@scheme" => _scheme,
            "@authority" => _authority,
            "@target-uri" => $"{_scheme}://{_authority}{_target}",
            "@request-target" => _target,
            "@path" => query < 0 ? _target : _target[..query],
            "@query" => query < 0 ? "?" : _target[query..],
            _ => null,
        };
    }

    private static string WithoutDefaultPort(string host, string scheme)
    {
        string port = scheme == "https" ? ":443" : ":80";
        return host.EndsWith(port, StringComparison.Ordinal) ? host[..^port.Length] : host;
    }
}
