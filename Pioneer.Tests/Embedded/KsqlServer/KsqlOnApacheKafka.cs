using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Embedded.Ksql;
using Xunit;

namespace Pioneer.Tests.Embedded.KsqlServer;

/// <summary>A ksql server in this process on an Apache Kafka outside it.</summary>
internal static class KsqlOnApacheKafka
{
    public static async Task<Pioneer.Embedded.Ksql.KsqlServer> StartAsync(KafkaConnection kafka, string directory)
    {
        var server = await Pioneer.Embedded.Ksql.KsqlServer.StartAsync(
            new KsqlServerOptions { Endpoint = new IPEndPoint(IPAddress.Loopback, 0), DataDirectory = directory, DefaultService = kafka },
            NullLoggerFactory.Instance,
            TimeProvider.System,
            TestContext.Current.CancellationToken);
        using var handler = new SocketsHttpHandler();
        using var http = new HttpClient(handler);
        await Wait.UntilAsync("the service to be ready", async () => (await http.GetAsync(new Uri(server.Url, "info"))).IsSuccessStatusCode);
        return server;
    }

    /// <summary>Runs statements; gives the answer as it came.</summary>
    public static async Task<string> RunAsync(this Pioneer.Embedded.Ksql.KsqlServer server, string ksql)
    {
        using var handler = new SocketsHttpHandler();
        using var http = new HttpClient(handler);
        using var body = new StringContent(KsqlHarness.Request(ksql).ToJsonString());
        using var response = await http.PostAsync(new Uri(server.Url, "ksql"), body);
        var answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, answer);
        return answer;
    }
}
