using Microsoft.Extensions.Configuration;
using Pioneer.Domain;
using Pioneer.Portal.Hosting;
using Xunit;

namespace Pioneer.Tests.Hosting;

/// <summary>What the portal may listen on, and what its public address decides.</summary>
public sealed class PortalAddressTests
{
    [Theory]
    [InlineData("http://0.0.0.0:5080", "Portal:Url")]
    [InlineData("http://*:5080;http://127.0.0.1:1", "Portal:Url")]
    [InlineData("http://[::]:5080", "Portal:Url")]
    [InlineData("http://192.168.0.4:80", "Portal:Url")]
    [InlineData("https://+:443", "Portal:Url")]
    [InlineData("http://0.0.0.0:5080", "Portal:Proxies", "Url=https://pioneer.bank.example")]
    [InlineData("http://0.0.0.0:5080", "clear text", "Url=http://pioneer.bank.example", "Proxies=10.0.0.7")]
    [InlineData("http://127.0.0.1:5080", "Portal:Url", "Url=pioneer.bank.example")]
    [InlineData("http://127.0.0.1:5080", "Portal:Url", "Url=https://pioneer.bank.example/portal")]
    [InlineData("http://127.0.0.1:5080", "Portal:Url", "Url=https://bob:secret@pioneer.bank.example")]
    [InlineData("http://127.0.0.1:5080", "Portal:Proxies", "Proxies=proxy.bank.example")]
    public void Start_that_would_be_open_or_is_misspelt_is_refused_with_its_key(string urls, string named, params string[] settings)
    {
        var refused = Assert.Throws<StartException>(() => Read(urls, settings));

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5080", "localhost;127.0.0.1;[::1]", false)]
    [InlineData("https://localhost:5443;https://[::1]:5443", "localhost;127.0.0.1;[::1]", true)]
    [InlineData("https://*:443", "localhost;127.0.0.1;[::1];pioneer.bank.example", true, "Url=https://pioneer.bank.example")]
    [InlineData("http://0.0.0.0:5080", "localhost;127.0.0.1;[::1];pioneer.bank.example", true, "Url=https://pioneer.bank.example", "Proxies=10.0.0.0/8, ::1")]
    [InlineData("http://127.0.0.1:5080", "localhost;127.0.0.1;[::1];pioneer.bank.example", true, "Url=https://pioneer.bank.example", "Proxies:0=127.0.0.1")]
    [InlineData("http://0.0.0.0:5080", "*", false, "AllowInsecure=true")]
    [InlineData("http://unix:/run/pioneer.sock", "localhost;127.0.0.1;[::1]", false)]
    public void Address_decides_which_hosts_are_answered_and_whether_people_come_by_https(string urls, string hosts, bool https, params string[] settings)
    {
        var address = Read(urls, settings);

        Assert.Equal((hosts, https), (address.AllowedHosts, address.IsHttps));
    }

    [Fact]
    public void Port_alone_is_a_port_on_every_interface()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("http_ports", "8080")]).Build();

        Assert.Contains("http://*:8080", Assert.Throws<StartException>(() => PortalAddress.Read(configuration)).Message, StringComparison.Ordinal);
    }

    private static PortalAddress Read(string urls, string[] settings) => PortalAddress.Read(new ConfigurationBuilder().AddInMemoryCollection(
        settings.Select(setting => setting.Split('=', 2)).Select(pair => new KeyValuePair<string, string?>($"Portal:{pair[0]}", pair[1])).Append(new("urls", urls))).Build());
}
