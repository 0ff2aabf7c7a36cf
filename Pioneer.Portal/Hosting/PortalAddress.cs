using System.Net;
using Pioneer.Domain;

namespace Pioneer.Portal.Hosting;

/// <summary>
/// How people reach the portal, section <c>Portal</c>: its public address, the proxies before it, and whether clear text beyond this machine was asked
/// for. Host filtering, secure cookies, HSTS and redirects follow from it.
/// </summary>
/// <param name="Url">The address that people type, <c>Portal:Url</c>; null where nobody said it.</param>
/// <param name="Proxies">Addresses and networks whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed, <c>Portal:Proxies</c>.</param>
/// <param name="AllowInsecure"><c>Portal:AllowInsecure</c>: http beyond loopback is meant.</param>
/// <param name="Listens">What the server listens on.</param>
public sealed record PortalAddress(Uri? Url, IReadOnlyList<IPNetwork> Proxies, bool AllowInsecure, IReadOnlyList<BoundAddress> Listens)
{
    /// <summary>The section's name.</summary>
    public const string Section = "Portal";

    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>People come by https: by the public address, or by all that the server listens on.</summary>
    public bool IsHttps => Url is { } url ? url.Scheme == Uri.UriSchemeHttps : Listens.Count > 0 && Listens.All(bound => bound.IsHttps);

    /// <summary>Nobody but this machine can reach the portal.</summary>
    public bool IsLoopback => Url is null or { IsLoopback: true } && Listens.All(bound => bound.IsLoopback);

    /// <summary>Hosts that requests may name; <c>*</c> where clear text to anybody was asked for without an address.</summary>
    public string AllowedHosts => Url is null && !Listens.All(bound => bound.IsLoopback)
        ? "*"
        : string.Join(';', LoopbackNames.Concat(Url is null ? [] : [Url.Host]).Distinct(StringComparer.OrdinalIgnoreCase));

    /// <summary>Reads the section and what the server will listen on.</summary>
    /// <exception cref="StartException">What is wrong or unsafe, all at once, each with its key.</exception>
    public static PortalAddress Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        var problems = new List<string>();
        var address = new PortalAddress(ReadUrl(section["Url"], problems), ReadProxies(section, problems), section.GetValue("AllowInsecure", false), BoundTo(configuration));
        problems.AddRange(address.Unsafe());
        return problems.Count == 0 ? address : throw new StartException(string.Join(' ', problems));
    }

    private IEnumerable<string> Unsafe()
    {
        if (AllowInsecure || Listens.All(bound => bound.IsLoopback))
        {
            yield break;
        }

        var open = Listens.First(bound => !bound.IsLoopback).Text;
        if (Url is null)
        {
            yield return $"The portal would listen on {open}, and {Section}:Url does not say by which address people reach it: set it, such as "
                + $"https://pioneer.bank.example, or listen on loopback (--urls {PortalHost.DefaultUrl}). {Section}:AllowInsecure=true says that it is meant.";
        }
        else if (Listens.FirstOrDefault(bound => bound is { IsLoopback: false, IsHttps: false }) is { } clear && !(IsHttps && Proxies.Count > 0))
        {
            yield return $"The portal would listen on {clear.Text} in clear text: passwords and tokens could be read on their way. Give it a certificate "
                + $"(Kestrel:Certificates), or put a proxy with https before it and name the two ({Section}:Url with https, {Section}:Proxies). "
                + $"{Section}:AllowInsecure=true says that it is meant.";
        }
    }

    private static Uri? ReadUrl(string? text, List<string> problems)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url is { PathAndQuery: "/", UserInfo: "" })
        {
            return url;
        }

        problems.Add($"{Section}:Url is '{text}'; it must be an http or https address without a path, such as https://pioneer.bank.example.");
        return null;
    }

    private static List<IPNetwork> ReadProxies(IConfigurationSection section, List<string> problems)
    {
        // one text with commas, or a list
        var texts = (section["Proxies"]?.Split(',') ?? []).Concat(section.GetSection("Proxies").GetChildren().Select(child => child.Value ?? ""))
            .Select(text => text.Trim()).Where(text => text.Length > 0);
        var proxies = new List<IPNetwork>();
        foreach (var text in texts)
        {
            if (IPNetwork.TryParse(text, out var network))
            {
                proxies.Add(network);
            }
            else if (IPAddress.TryParse(text, out var one))
            {
                proxies.Add(new IPNetwork(one, one.GetAddressBytes().Length * 8));
            }
            else
            {
                problems.Add($"{Section}:Proxies has '{text}'; it takes addresses (10.0.0.7) and networks (10.0.0.0/8), separated by commas.");
            }
        }

        return proxies;
    }

    private static List<BoundAddress> BoundTo(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToList();
        var ports = Ports("http").Concat(Ports("https")).ToList();
        var urls = configuration["urls"] is { Length: > 0 } text ? text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
        List<string> all = endpoints.Count > 0 ? endpoints : urls.Length > 0 ? [.. urls] : ports.Count > 0 ? ports : [PortalHost.DefaultUrl];
        return [.. all.Select(BoundAddress.Of)];

        // a port alone is a port on every interface
        IEnumerable<string> Ports(string scheme) => (configuration[$"{scheme}_ports"] ?? "")
            .Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(port => $"{scheme}://*:{port}");
    }
}

/// <summary>One address that the server listens on.</summary>
public sealed record BoundAddress(string Text, bool IsHttps, bool IsLoopback)
{
    /// <summary>Reads an address as Kestrel takes it: <c>http://*:5080</c>, <c>https://[::1]:0</c>, <c>http://unix:/run/pioneer.sock</c>.</summary>
    internal static BoundAddress Of(string text)
    {
        var address = Microsoft.AspNetCore.Http.BindingAddress.Parse(text);
        var isLoopback = address.IsUnixPipe || address.IsNamedPipe || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
        return new BoundAddress(text, address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase), isLoopback);
    }
}
