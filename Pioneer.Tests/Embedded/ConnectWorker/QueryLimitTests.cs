using Pioneer.Domain.Recovery;
using Xunit;

namespace Pioneer.Tests.Embedded.ConnectWorker;

/// <summary>A query that takes too long ends, by name, instead of being asked again and again without a word.</summary>
public sealed class QueryLimitTests(EmbeddedBrokerFixture broker) : IClassFixture<EmbeddedBrokerFixture>
{
    [Fact]
    public async Task Query_that_gives_no_row_within_its_limit_fails_the_task_and_is_named()
    {
        await using var kit = new ConnectKit(broker.Platform.Kafka!);
        var topic = kit.Topic("slow");
        kit.CreatePayments();
        await kit.CreateTopicAsync(topic, 1);
        await kit.StartWorkerAsync();
        await kit.PutAsync(topic, kit.PaymentsConfig(topic, "incrementing", ("query.timeout.ms", "1000")));
        await kit.WaitForStateAsync(topic, "RUNNING");

        // views are looked at anew by each query: this one counts without end
        kit.Sql("BEGIN IMMEDIATE; ALTER TABLE payments RENAME TO away; CREATE VIEW payments AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) "
            + "SELECT -id AS id, 1 AS amount, 1 AS updated_at, 'acme' AS tenant_id FROM n WHERE id < 0; COMMIT");

        await kit.WaitForStateAsync(topic, "FAILED");
        var (_, body) = await kit.CallAsync(HttpMethod.Get, $"/connectors/{topic}/status");
        var trace = body!["tasks"]![0]!["trace"]!.ToString();
        Assert.Contains("java.sql.SQLTimeoutException", trace, StringComparison.Ordinal);
        Assert.Contains("the query took longer than 1 s without giving a row", trace, StringComparison.Ordinal);
        // it may be quick enough again: restarts are tried, a few
        Assert.Null(ConnectorFailure.LastingCause(trace));
        var (_, told) = await kit.CallAsync(HttpMethod.Get, "/connectors?expand=progress");
        Assert.Contains("took longer than 1 s", told![topic]!["progress"]![0]!["last_error"]!.ToString(), StringComparison.Ordinal);
    }
}
