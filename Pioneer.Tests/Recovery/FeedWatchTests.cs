using System.Net;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Recovery;
using Pioneer.Jobs.Sources;
using Pioneer.Sources;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>Connectors that say they run, held against the rows of a real table.</summary>
public sealed class FeedWatchTests : IAsyncLifetime
{
    private const string Acme = "acme.t.payments", Globex = "globex.t.payments";

    private readonly DomainDatabase _database = new();
    private readonly PlatformPicture _picture = new();
    private readonly OffsetsOfConnect _connect = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-feed-watch-").FullName;
    private readonly Dictionary<string, ConnectorEvidence> _connectors = [];
    private FeedWatch _watch = null!;

    private static CancellationToken Ct => DomainDatabase.Token;

    private DateTimeOffset Now => _database.Clock.GetUtcNow();

    private string File => Path.Combine(_folder, "bank.db");

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        Sql("CREATE TABLE payments (id INTEGER PRIMARY KEY, tenant_id TEXT, amount NUMERIC, updated_at TIMESTAMP)");
        var source = new SourceRequest("bank", SourceKind.Sqlite, $"jdbc:sqlite:{File}", null, null);
        Assert.Null((await _database.Get<ManageSources>().AddAsync(Actors.Admin, source, Ct)).Error);
        await _database.ATenantAsync();
        await _database.ATenantAsync("globex");
        var scopes = _database.Get<IServiceScopeFactory>();
        _watch = new FeedWatch(
            scopes, new SourceConnections(scopes), new SourceProbe(SourceRules.None, _database.Clock),
            new ConnectClient(_connect, Options.Create(new ConnectOptions { Url = "http://connect" }), _database.Clock), _picture, _database.Clock, NullLogger<FeedWatch>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _connect.Dispose();
        TestFolder.Delete(_folder);
    }

    [Theory]
    [InlineData("updated_at", "id")]
    [InlineData("updated_at", null)]
    [InlineData(null, "id")]
    public async Task Connector_that_delivers_none_of_its_rows_stands_still_after_a_minute(string? time, string? growing)
    {
        await FeedAsync(time, growing);
        Sql($"INSERT INTO payments VALUES (1, 'acme', 1, {Ms(-60)}), (2, 'acme', 2, {Ms(-50)}), (3, 'acme', 3, {Ms(-40)}), (4, 'acme', 4, {Ms(-30)}), (5, 'globex', 5, {Ms(-20)})");
        Runs(Acme, Progress(0));
        Runs(Globex, Progress(1, Mark(-20, 5)));

        var look = await LookAsync(Acme);
        Assert.Equal((TableState.Behind, "0 rows since its start, the table has 4.", false), (look.State, look.Words, look.StandsAt(Now)));
        Assert.Equal(TableState.Level, Seen(Globex).State);

        look = await LookAsync(Acme, after: 62);
        Assert.Equal((true, Now.AddSeconds(-62)), (look.StandsAt(Now), look.BehindSince));

        Runs(Acme, Progress(4, Mark(-30, 4)));
        Assert.Equal(TableState.Level, (await LookAsync(Acme, after: 16)).State);
    }

    [Theory]
    [InlineData("updated_at", "It has read up to 2026-11-23T11:59:30Z, number 1, and the table has rows up to 2026-11-23T11:59:40Z.")]
    [InlineData(null, "It has read up to 2026-11-23T11:59:30Z, number 1, and the table has rows up to number 2.")]
    public async Task Connector_that_does_not_reach_newer_rows_stands_still_and_one_that_moves_does_not(string? time, string words)
    {
        await FeedAsync(time, "id");
        Sql($"INSERT INTO payments VALUES (1, 'acme', 1, {Ms(-30)}), (2, 'acme', 2, {Ms(-20)}), (3, 'globex', 3, {Ms(-10)})");
        Runs(Acme, Progress(1, Mark(-30, 1)));
        Runs(Globex, Progress(1, Mark(-10, 3)));

        var look = await LookAsync(Acme);
        Assert.Equal((TableState.Behind, words, Now), (look.State, look.Words, look.BehindSince));
        Assert.True((await LookAsync(Acme, after: 62)).StandsAt(Now));

        Sql($"INSERT INTO payments VALUES (4, 'acme', 4, {Ms(-1)})");
        Runs(Acme, Progress(2, Mark(-82, 2)));
        look = await LookAsync(Acme, after: 16);
        Assert.Equal((TableState.Behind, Now, false), (look.State, look.BehindSince, look.StandsAt(Now)));

        Runs(Acme, Progress(3, Mark(-17, 4)));
        Assert.Equal(TableState.Level, (await LookAsync(Acme, after: 16)).State);
    }

    [Fact]
    public async Task Rows_that_come_later_are_held_against_it_too()
    {
        await FeedAsync("updated_at", "id");
        Runs(Acme, Progress(0));
        Assert.Equal(TableState.Level, (await LookAsync(Acme)).State);

        Sql($"INSERT INTO payments VALUES (1, 'acme', 1, {Ms(0)})");
        Assert.Equal("0 rows since its start, the table has 1.", (await LookAsync(Acme, after: 16)).Words);
    }

    [Fact]
    public async Task Row_that_is_not_due_yet_is_not_missed()
    {
        await FeedAsync("updated_at", "id");
        Sql($"INSERT INTO payments VALUES (1, 'acme', 1, {Ms(3600)}), (2, 'acme', 2, {Ms(0)})");
        Runs(Acme, Progress(0));

        Assert.Equal(TableState.Level, (await LookAsync(Acme)).State);
        // half a second for late commits
        Assert.Equal("0 rows since its start, the table has 1.", (await LookAsync(Acme, after: 16)).Words);
    }

    [Theory]
    [InlineData("updated_at", "id")]
    [InlineData(null, "id")]
    public async Task Rows_that_came_while_it_did_not_run_are_held_against_it_once_it_runs_again(string? time, string growing)
    {
        await FeedAsync(time, growing);
        Sql($"INSERT INTO payments VALUES (1, 'acme', 1, {Ms(-30)}), (2, 'globex', 1, {Ms(-30)})");
        Runs(Acme, Progress(1, Mark(-30, 1)));
        Runs(Globex, Progress(1, Mark(-30, 2)));
        var read = Mark(-30, 1);
        await LookAsync(Acme);
        Runs(Acme, Progress(1, read), "FAILED");
        Sql($"INSERT INTO payments VALUES (3, 'acme', 1, {Ms(1)}), (4, 'globex', 1, {Ms(1)})");
        Runs(Globex, Progress(2, Mark(1, 4)));
        await LookAsync(Globex, after: 16);

        Runs(Acme, Progress(1, read));
        Assert.Equal((TableState.Behind, Now.AddSeconds(16)), ((await LookAsync(Acme, after: 16)).State, Seen(Acme).BehindSince));
        Assert.True((await LookAsync(Acme, after: 62)).StandsAt(Now));
        Assert.Equal(TableState.Level, Seen(Globex).State);

        Runs(Acme, Progress(2, Mark(-93, 3)));
        Assert.Equal(TableState.Level, (await LookAsync(Acme, after: 16)).State);
    }

    [Fact]
    public async Task Row_that_goes_before_it_was_read_is_not_missed_for_ever()
    {
        await FeedAsync("updated_at", "id");
        Sql($"INSERT INTO payments VALUES (1, 'acme', 1, {Ms(-30)}), (2, 'acme', 2, {Ms(-20)}), (3, 'globex', 3, {Ms(-20)})");
        Runs(Acme, Progress(1, Mark(-30, 1)));
        Runs(Globex, Progress(0));
        await LookAsync(Acme);
        Assert.True((await LookAsync(Acme, after: 62)).StandsAt(Now));
        Assert.True(Seen(Globex).StandsAt(Now));

        Sql("DELETE FROM payments WHERE id > 1");

        Assert.Equal(TableState.Level, (await LookAsync(Acme, after: 62)).State);
        Assert.Equal(TableState.Level, Seen(Globex).State);
    }

    [Fact]
    public async Task Times_of_another_form_are_told_however_much_else_is_delivered()
    {
        await FeedAsync("updated_at", null);
        Sql($"INSERT INTO payments VALUES (1, 'acme', 1, '2026-11-23 10:00:00'), (2, 'acme', 2, {Ms(-20)})");
        Runs(Acme, Progress(0));
        await LookAsync(Acme);
        Runs(Acme, Progress(1, Mark(-20, null)));

        var look = await LookAsync(Acme, after: 62);

        Assert.Equal(
            "1 row since its start. The times of 1 row in column 'updated_at' are not in the form that the source's address names: these rows are never read.", look.Words);
        Assert.True(look.StandsAt(Now));
    }

    [Fact]
    public async Task Source_that_cannot_be_looked_at_is_not_observed_and_what_stood_still_before_is_kept()
    {
        await FeedAsync("updated_at", "id");
        Sql($"INSERT INTO payments VALUES (1, 'acme', 1, {Ms(-30)}), (2, 'globex', 1, {Ms(-30)})");
        Runs(Acme, Progress(0));
        Runs(Globex, Progress(1, Mark(-30, 2)));
        await LookAsync(Acme);
        Sql("ALTER TABLE payments RENAME TO away");

        var look = await LookAsync(Acme, after: 62);
        Assert.Equal((TableState.Behind, true), (look.State, look.StandsAt(Now)));
        Assert.Contains("payments", look.NotSeen, StringComparison.Ordinal);
        Assert.Equal((TableState.NotObserved, null), (Seen(Globex).State, Seen(Globex).BehindSince));

        Sql("ALTER TABLE away RENAME TO payments");
        Assert.Null((await LookAsync(Acme, after: 16)).NotSeen);
    }

    [Theory]
    [InlineData("updated_at", "id")]
    [InlineData(null, "id")]
    public async Task Rows_that_come_for_nobody_are_counted_once_from_the_first_look_on(string? time, string growing)
    {
        await FeedAsync(time, growing);
        Sql($"INSERT INTO payments VALUES (1, 'acme', 1, {Ms(-30)}), (2, 'unknown', 1, {Ms(-30)})");
        Runs(Acme, Progress(1, Mark(-30, 1)));
        var first = Now;
        await LookAsync(Acme);
        Assert.Equal((0, first), (Strays().Rows, Strays().Since));

        // acme's own row is not read meanwhile, so each look begins again before it
        Sql($"INSERT INTO payments VALUES (3, 'acme', 1, {Ms(1)}), (4, 'unknown', 1, {Ms(2)}), (5, 'globex', 1, {Ms(2)}), (6, NULL, 1, {Ms(3)})");
        await LookAsync(Acme, after: 16);
        Sql($"INSERT INTO payments VALUES (7, 'unknown', 1, {Ms(1)})");
        await LookAsync(Acme, after: 16);
        await LookAsync(Acme, after: 16);

        var strays = Strays();
        Assert.Equal((3, first, Now), (strays.Rows, strays.Since, strays.At));
        Assert.Equal([new RowsOfValue("unknown", 2), new RowsOfValue(null, 1)], strays.Values);

        // whoever is granted the value has its next rows, paused or not
        await _database.ATenantAsync("unknown");
        await _database.GrantAsync("unknown", "payments");
        Assert.Null((await _database.Get<ControlConnectors>().PauseAsync(Actors.Admin, "unknown", "payments", Ct)).Error);
        Sql($"INSERT INTO payments VALUES (8, 'unknown', 1, {Ms(1)})");
        await LookAsync(Acme, after: 16);
        Assert.Equal([new RowsOfValue(null, 1)], Strays().Values);

        // whoever leaves has them no longer
        Assert.Null((await _database.Get<TenantLifecycle>().OffboardAsync(Actors.Admin, "globex", "globex", null, Ct)).Error);
        Sql($"INSERT INTO payments VALUES (9, 'globex', 1, {Ms(1)})");
        await LookAsync(Acme, after: 16);
        Assert.Equal([new RowsOfValue(null, 1), new RowsOfValue("globex", 1)], Strays().Values);
    }

    [Fact]
    public async Task What_came_while_no_connector_of_the_feed_ran_is_counted_and_held_against_the_first_that_runs_again()
    {
        await FeedAsync("updated_at", "id");
        Sql($"INSERT INTO payments VALUES (1, 'acme', 1, {Ms(-30)})");
        Runs(Acme, Progress(1, Mark(-30, 1)));
        var first = Now;
        var read = Mark(-30, 1);
        await LookAsync(Acme);
        Sql($"INSERT INTO payments VALUES (2, 'unknown', 1, {Ms(1)})");
        await LookAsync(Acme, after: 16);

        var looked = Now;
        Runs(Acme, Progress(1, read), "FAILED");
        _database.Clock.Advance(TimeSpan.FromSeconds(16));
        await _watch.LookAsync(Ct);
        Assert.Empty(_picture.Tables);
        Assert.Equal((1, first, looked), (Strays().Rows, Strays().Since, Strays().At));

        Sql($"INSERT INTO payments VALUES (3, 'unknown', 1, {Ms(1)}), (4, 'acme', 1, {Ms(1)})");
        Runs(Acme, Progress(1, read));
        Assert.Equal(TableState.Behind, (await LookAsync(Acme, after: 16)).State);
        Assert.Equal((2, first, Now), (Strays().Rows, Strays().Since, Strays().At));
    }

    [Fact]
    public async Task Values_of_nobody_are_listed_up_to_a_number_and_counted_all()
    {
        await FeedAsync("updated_at", "id");
        Runs(Acme, Progress(0));
        await LookAsync(Acme);
        Sql($"INSERT INTO payments WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150) SELECT i, 'x' || i, 1, {Ms(0)} FROM n");

        await LookAsync(Acme, after: 16);

        Assert.Equal((150, FeedCheck.MaxValues, true), (Strays().Rows, Strays().Values.Length, Strays().HasMoreValues));
    }

    [Fact]
    public async Task Only_what_says_that_it_runs_is_held_against_its_table()
    {
        await FeedAsync("updated_at", "id");
        Sql($"INSERT INTO payments VALUES (1, 'acme', 1, {Ms(-30)}), (2, 'globex', 1, {Ms(-30)})");
        Runs(Acme, Progress(0));
        Runs(Globex, Progress(0), "FAILED");
        await LookAsync(Acme);
        Assert.Equal([Acme], _picture.Tables.Select(look => look.Connector));

        Assert.Null((await _database.Get<ControlConnectors>().PauseAsync(Actors.Admin, "acme", "payments", Ct)).Error);
        _database.Clock.Advance(TimeSpan.FromSeconds(62));
        await _watch.LookAsync(Ct);

        Assert.Empty(_picture.Tables);
    }

    [Fact]
    public async Task Connector_of_a_Kafka_Connect_that_tells_no_progress_is_held_by_its_topic_and_asked_for_its_position_only_where_that_does_not_grow()
    {
        await FeedAsync("updated_at", "id");
        Sql($"INSERT INTO payments VALUES (1, 'acme', 1, {Ms(-30)})");
        Runs(Acme, null);
        Assert.Equal((TableState.NotObserved, "Topic acme.t.payments was not seen."), ((await LookAsync(Acme)).State, Seen(Acme).NotSeen));

        Topic(end: 0, null);
        Assert.Equal("0 rows since its start, the table has 1.", (await LookAsync(Acme, after: 16)).Words);

        Topic(end: 1, Now);
        Assert.Equal(TableState.Level, (await LookAsync(Acme, after: 16)).State);
        Assert.Equal(0, _connect.Asked);

        Sql($"INSERT INTO payments VALUES (2, 'acme', 1, {Ms(-1)})");
        _connect.Offset = $$"""{"incrementing":1,"timestamp":{{Ms(-62)}}}""";
        Assert.Equal(TableState.Behind, (await LookAsync(Acme, after: 16)).State);
        Assert.True((await LookAsync(Acme, after: 62)).StandsAt(Now));
        Assert.Equal(2, _connect.Asked);

        _connect.Offset = null;
        Assert.Contains("No offsets here", (await LookAsync(Acme, after: 16)).NotSeen, StringComparison.Ordinal);
    }

    private async Task FeedAsync(string? time, string? growing)
    {
        var request = Requests.Feed("payments", FeedKind.Event) with { TimestampColumn = time, IncrementingColumn = growing };
        Assert.Null((await _database.Get<ManageFeeds>().DefineAsync(Actors.Admin, request, Ct)).Error);
        await _database.GrantAsync("acme", "payments");
        await _database.GrantAsync("globex", "payments");
    }

    private async Task<TableLook> LookAsync(string connector, int after = 0)
    {
        _database.Clock.Advance(TimeSpan.FromSeconds(after));
        await _watch.LookAsync(Ct);
        return Seen(connector);
    }

    private TableLook Seen(string connector) => Assert.Single(_picture.Tables, look => look.Connector == connector);

    private StrayRows Strays() => Assert.Single(_picture.StrayRows, strays => strays.Feed == "payments");

    private void Runs(string connector, ConnectorProgress? progress, string state = "RUNNING")
    {
        _connectors[connector] = new ConnectorEvidence(connector, state, [new TaskEvidence(0, state)], null) { Progress = progress };
        _picture.Show(new QuickLook(Now, new BrokerLook(1, 1), [.. _connectors.Values]));
    }

    private void Topic(long end, DateTimeOffset? grewAt) => _picture.Show(new EvidenceRound(
        Now, new ClusterEvidence("a", 1, [new TopicEvidence(Acme, "id", -1, [new PartitionEvidence(0, 0, end, end, grewAt)])], []), [], []));

    private ConnectorProgress Progress(long rows, SourceMark? position = null) =>
        new(Now, Now, rows, rows > 0 ? Now : null, null, null, position is null ? null : new ConnectorPosition(position));

    private SourceMark Mark(int seconds, long? number) => new(SourceInstant.FromUnixMs(Ms(seconds)), number);

    /// <summary>Epoch milliseconds of a time that many seconds from now.</summary>
    private long Ms(int seconds) => Now.AddSeconds(seconds).ToUnixTimeMilliseconds();

    private void Sql(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>A Kafka Connect that knows one offset, or none.</summary>
    private sealed class OffsetsOfConnect : HttpMessageHandler, IHttpClientFactory
    {
        public int Asked { get; private set; }

        public string? Offset { get; set; }

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked++;
            Assert.Equal("/connectors/acme.t.payments/offsets", request.RequestUri!.AbsolutePath);
            var body = Offset is null ? """{"message":"No offsets here"}""" : $$$"""{"offsets":[{"partition":{"query":"query"},"offset":{{{Offset}}}}]}""";
            return Task.FromResult(new HttpResponseMessage(Offset is null ? HttpStatusCode.NotFound : HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/json") });
        }
    }
}
