using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>Rows of a running query, as a server of ours and ksqlDB itself send them.</summary>
public sealed class PushQueryTests : IAsyncLifetime
{
    private const string Header = """{"queryId":"q","columnNames":["ID"],"columnTypes":["STRING"]}""";
    private const string Faults =
        """{"skipped":{"since":1000,"count":2,"lastAt":2000,"lastPlace":"acme.t.payments, partition 0, offset 7","lastReason":"no number"},"failedValues":{"since":1000,"count":0}}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-push-").FullName;
    private FakePlatform _platform = null!;
    private JobsHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _platform = await FakePlatform.StartAsync();
        _host = await JobsHost.StartAsync(_folder, new KafkaOptions { BootstrapServers = "127.0.0.1:1", SecurityProtocol = "PLAINTEXT" }, _platform);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _platform.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task What_was_left_out_is_told_beside_the_rows_and_is_unknown_of_a_server_that_does_not_tell()
    {
        _platform.Streamed = $"{Header}\n[\"1\"]\n{Faults}\n[\"\\ud83d\"]\n";
        await using var told = await OpenAsync();
        Assert.Equal(["\"1\"", "\"\\ud83d\""], await RowsAsync(told));
        Assert.Equal((2, "acme.t.payments, partition 0, offset 7", 0), (told.Faults!.Skipped.Count, told.Faults.Skipped.LastPlace, told.Faults.FailedValues.Count));

        _platform.Streamed = $"{Header}\n[\"1\"]\n";
        await using var silent = await OpenAsync();
        Assert.Equal(["\"1\""], await RowsAsync(silent));
        Assert.Null(silent.Faults);
    }

    [Fact]
    public async Task Answer_that_breaks_off_in_a_row_is_a_server_that_does_not_answer()
    {
        _platform.Streamed = $"{Header}\n[\"1\"]\n[\"2";
        await using var query = await OpenAsync();

        var broken = await Assert.ThrowsAsync<KsqlDbUnavailableException>(() => RowsAsync(query));
        Assert.Contains("the answer broke off in the middle of a row", broken.Message, StringComparison.Ordinal);
    }

    private Task<KsqlPushQuery> OpenAsync() => _host.Get<KsqlDbClient>().OpenQueryAsync("acme_", "SELECT * FROM X EMIT CHANGES;", null, TestContext.Current.CancellationToken);

    private static async Task<List<string>> RowsAsync(KsqlPushQuery query)
    {
        var rows = new List<string>();
        await foreach (var row in query.RowsAsync(TestContext.Current.CancellationToken))
        {
            rows.Add(row.Single().GetRawText());
        }

        return rows;
    }
}
