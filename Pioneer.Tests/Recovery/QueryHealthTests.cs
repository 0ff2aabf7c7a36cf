using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;
using Pioneer.Jobs.Recovery;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>What a query left out, as its ksqlDB tells it: a number with its place, reason and age, or that nobody can see it; never a 0 that was not seen.</summary>
public sealed class QueryHealthTests
{
    private static readonly DateTimeOffset Noon = EvidenceBuilder.Noon;
    private static readonly SkippedRows Skipped = new(2, Noon, "acme.t.payments, partition 0, offset 7", "AMOUNT: \"n/a\" is no DECIMAL(18, 2)") { Since = Noon.AddHours(-1) };
    private static readonly FailedValues Failed = new(0, null, null, null, Noon.AddHours(-1));
    private static readonly DateTimeOffset Deployed = Noon.AddSeconds(-5);
    private readonly PlatformPicture _picture = new();

    [Fact]
    public void Query_is_not_observed_before_the_first_round_and_missing_where_its_ksqldb_does_not_have_it()
    {
        Assert.Equal(new QueryHealth("NOT_OBSERVED", null, null, null), QueryHealth.Of(_picture, "LARGE_V1", Deployed));

        _picture.Show(Round(Noon, []));
        Assert.Equal(new QueryHealth("MISSING", Noon, null, null), QueryHealth.Of(_picture, "LARGE_V1", Deployed));
    }

    [Fact]
    public void Look_from_before_the_deployment_says_nothing_of_the_query()
    {
        _picture.Show(Round(Deployed.AddSeconds(-1), []));

        Assert.Equal("NOT_OBSERVED", QueryHealth.Of(_picture, "LARGE_V1", Deployed).State);
        Assert.Equal("NOT_OBSERVED", QueryHealth.Of(_picture, "LARGE_V1", null).State);
    }

    [Fact]
    public void What_was_left_out_is_told_with_the_age_of_the_last_look_while_ksqldb_does_not_answer()
    {
        _picture.Show(Round(Noon, [new QueryEvidence("acme_", "LARGE_V1", "RUNNING", null) { Skipped = Skipped, FailedValues = Failed }]));
        Assert.Equal(new QueryHealth("RUNNING", Noon, Skipped, Failed), QueryHealth.Of(_picture, "LARGE_V1", Deployed));

        _picture.Show(Round(Noon.AddMinutes(3), null));
        Assert.Equal(new QueryHealth("NOT_OBSERVED", Noon, Skipped, Failed), QueryHealth.Of(_picture, "LARGE_V1", Deployed));
    }

    [Fact]
    public void Query_whose_own_service_does_not_answer_is_as_old_as_its_last_look_and_others_are_seen()
    {
        QueryEvidence Query(string service, string id) => new(service, id, "RUNNING", null) { Skipped = Skipped };
        _picture.Show(Round(Noon, [Query("acme_", "LARGE_V1"), Query("globex_", "SMALL_V1")]));
        var later = Round(Noon.AddMinutes(3), [Query("globex_", "SMALL_V1")]) with { UnseenServices = [new UnseenService("acme_", "HTTP 503", Noon)] };
        _picture.Show(later);
        _picture.Show(later with { TakenAt = Noon.AddMinutes(4) });

        Assert.Equal(new QueryHealth("NOT_OBSERVED", Noon, Skipped, null), QueryHealth.Of(_picture, "LARGE_V1", Deployed));
        Assert.Equal(new QueryHealth("RUNNING", Noon.AddMinutes(4), Skipped, null), QueryHealth.Of(_picture, "SMALL_V1", Deployed));
        // one that nobody ever saw may be in the service that does not answer
        Assert.Equal(new QueryHealth("NOT_OBSERVED", null, null, null), QueryHealth.Of(_picture, "OTHER_V1", Deployed));

        _picture.Show(Round(Noon.AddMinutes(5), [Query("globex_", "SMALL_V1")]));
        Assert.Equal(new QueryHealth("MISSING", Noon.AddMinutes(5), null, null), QueryHealth.Of(_picture, "LARGE_V1", Deployed));
    }

    [Fact]
    public async Task One_dead_service_blinds_the_look_at_its_own_queries_only()
    {
        var folder = Directory.CreateTempSubdirectory("pioneer-dead-service-").FullName;
        await using (var platform = await FakePlatform.StartAsync())
        await using (var host = await JobsHost.StartAsync(
            folder, new KafkaOptions { BootstrapServers = "127.0.0.1:1", SecurityProtocol = "PLAINTEXT" }, platform.Url, platform.Url,
            services => services.AddSingleton<EvidenceReader>()))
        {
            platform.Answers["SHOW QUERIES;"] = """[{"@type":"queries","queries":[{"id":"LARGE_V1","queryType":"PERSISTENT","state":"RUNNING"}]}]""";
            var reader = host.Get<EvidenceReader>();
            System.Collections.Immutable.ImmutableArray<WatchedTenant> tenants = [Watched("acme"), Watched("globex")];

            var whole = await reader.ReadAsync(tenants, null, TestContext.Current.CancellationToken);
            platform.Fail("acme_", true);
            var part = await reader.ReadAsync(tenants, whole, TestContext.Current.CancellationToken);
            var later = await reader.ReadAsync(tenants, part, TestContext.Current.CancellationToken);
            platform.Fail("globex_", true);
            var none = await reader.ReadAsync(tenants, later, TestContext.Current.CancellationToken);

            Assert.Equal(["acme_", "globex_"], whole.Queries!.Value.Select(query => query.ServiceId));
            Assert.Empty(whole.UnseenServices);
            Assert.Equal(["globex_"], later.Queries!.Value.Select(query => query.ServiceId));
            Assert.Equal([("acme_", (DateTimeOffset?)whole.TakenAt)], later.UnseenServices.Select(unseen => (unseen.ServiceId, unseen.SeenAt)));
            Assert.Null(none.Queries);
            Assert.Equal([whole.TakenAt, later.TakenAt], none.UnseenServices.Select(unseen => unseen.SeenAt!.Value));
        }

        TestFolder.Delete(folder);
    }

    private static WatchedTenant Watched(string slug) => new(
        new Pioneer.Domain.TenantId(Guid.NewGuid()), Pioneer.Domain.Tenants.TenantSlug.Parse(slug), $"{slug}_", new TenantFlow(slug, [new FlowHop.Reading(EvidenceBuilder.Topic, "g", "LARGE_V1")]));

    [Fact]
    public async Task Faults_are_read_where_a_server_tells_them_and_are_unknown_where_it_does_not()
    {
        var folder = Directory.CreateTempSubdirectory("pioneer-faults-").FullName;
        await using (var platform = await FakePlatform.StartAsync())
        await using (var host = await JobsHost.StartAsync(folder, new KafkaOptions { BootstrapServers = "127.0.0.1:1", SecurityProtocol = "PLAINTEXT" }, platform))
        {
            const string Head = """[{"@type":"queries","queries":[{"id":"LARGE_V1","queryType":"PERSISTENT","state":"RUNNING"}]}]""";
            platform.Answers["SHOW QUERIES;"] = Head;
            Assert.Null(await FaultsAsync(host));

            platform.Answers["SHOW QUERIES;"] = Head.Replace("}]}]", $$$"""
                ,"skipped":{"since":{{{Noon.AddHours(-1).ToUnixTimeMilliseconds()}}},"count":2,"lastAt":{{{Noon.ToUnixTimeMilliseconds()}}},"lastPlace":"acme.t.payments, partition 0, offset 7",
                "lastReason":"AMOUNT: \"n/a\" is no DECIMAL(18, 2)"},"failedValues":{"since":{{{Noon.AddHours(-1).ToUnixTimeMilliseconds()}}},"count":0}}]}]
                """, StringComparison.Ordinal);
            Assert.Equal(new KsqlFaults(Skipped, Failed), await FaultsAsync(host));
        }

        TestFolder.Delete(folder);
    }

    private static async Task<KsqlFaults?> FaultsAsync(JobsHost host) =>
        Assert.Single(await host.Get<KsqlDbClient>().ListQueriesAsync("acme_", TestContext.Current.CancellationToken)).Faults;

    private static EvidenceRound Round(DateTimeOffset at, System.Collections.Immutable.ImmutableArray<QueryEvidence>? queries) => new(at, null, null, queries);
}
