using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Recovery;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>How far connectors have read that a Kafka Connect of one's own runs, which tells it of one connector at a time.</summary>
public sealed class PositionWatchTests : IDisposable
{
    private const string Topic = "acme.t.payments";

    private readonly FakeTimeProvider _clock = new(EvidenceBuilder.Noon);
    private readonly PlatformPicture _picture = new();
    private readonly Worker _worker = new();
    private readonly PositionWatch _watch;

    public PositionWatchTests() => _watch = new PositionWatch(
        new ConnectClient(_worker, Options.Create(new ConnectOptions { Url = "http://connect" }), _clock), _picture, _clock, NullLogger<PositionWatch>.Instance);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _worker.Dispose();

    [Fact]
    public async Task Position_is_told_with_its_age_and_asked_for_once_a_minute()
    {
        Show(Running(Topic), Running("not-ours"), Running("globex.t.payments") with { Progress = new ConnectorProgress(EvidenceBuilder.Noon, null, 0, null, null, null, null) });
        Assert.Null(ConnectorHealth.Of(_picture, Topic, "bank").Position);

        await _watch.AskAsync(Ct);
        await _watch.AskAsync(Ct);
        Assert.Equal(["/connectors/acme.t.payments/offsets"], _worker.Asked);
        Assert.Equal(new ToldPosition(EvidenceBuilder.Noon, "number 7", null), ConnectorHealth.Of(_picture, Topic, "bank").Position);

        _clock.Advance(TimeSpan.FromMinutes(1));
        _worker.Offset = "\"incrementing\":8";
        await _watch.AskAsync(Ct);
        Assert.Equal(new ToldPosition(EvidenceBuilder.Noon.AddMinutes(1), "number 8", null), ConnectorHealth.Of(_picture, Topic, "bank").Position);

        Show();
        await _watch.AskAsync(Ct);
        Assert.Empty(_picture.Positions);
    }

    [Fact]
    public async Task Kafka_connect_that_does_not_tell_positions_leaves_them_not_observed_and_tenants_without_its_words()
    {
        Show(Running(Topic));
        _worker.Offset = null;

        await _watch.AskAsync(Ct);

        var health = ConnectorHealth.Of(_picture, Topic, "bank");
        Assert.Equal((null, true), (health.Position!.Text, health.Position.NotSeen!.Contains("from 3.5 on", StringComparison.Ordinal)));
        Assert.Equal(new ToldPosition(EvidenceBuilder.Noon, null, null), health.ForTenants().Position);
    }

    [Fact]
    public async Task Many_connectors_have_their_turn_one_after_the_other()
    {
        Show([.. Enumerable.Range(0, 20).Select(number => Running($"t{number:00}.t.payments"))]);

        for (var turn = 0; turn < 3; turn++)
        {
            await _watch.AskAsync(Ct);
        }

        Assert.Equal((20, 20), (_worker.Asked.Count, _worker.Asked.Distinct().Count()));
    }

    private static ConnectorEvidence Running(string name) => new(name, "RUNNING", [new TaskEvidence(0, "RUNNING")], null);

    private void Show(params ConnectorEvidence[] connectors) => _picture.Show(new QuickLook(_clock.GetUtcNow(), new BrokerLook(1, 1), [.. connectors]));

    private sealed class Worker : HttpMessageHandler, IHttpClientFactory
    {
        public List<string> Asked { get; } = [];

        public string? Offset { get; set; } = "\"incrementing\":7";

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.AbsolutePath);
            var body = Offset is null
                ? """{"error_code":404,"message":"HTTP 404 Not Found"}"""
                : $$$"""{"offsets":[{"partition":{"query":"query"},"offset":{{{{Offset}}}}}]}""";
            return Task.FromResult(new HttpResponseMessage(Offset is null ? HttpStatusCode.NotFound : HttpStatusCode.OK)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            });
        }
    }
}
