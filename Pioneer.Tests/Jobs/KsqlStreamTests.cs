using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;
using Pioneer.Jobs.Provisioning;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>Streams over topics that the same plan has just made: the brokers hear of a topic one after the other.</summary>
public sealed class KsqlStreamTests : IAsyncLifetime
{
    private const string Unknown = "Topic 'acme.d.big' does not exist. If you want to create a new topic for the stream/table please re-run the statement.";

    private static readonly KsqlStreamChange Create = new(
        ChangeKind.Create, ChangeRisk.Safe, new KsqlStreamSpec("acme_", "ACME__BIG", "acme.d.big", [new KsqlColumnSpec("ID", "BIGINT", true)]), null);

    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-streams-").FullName;
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
    public async Task Stream_is_declared_again_when_its_new_topic_was_not_known_yet()
    {
        _platform.RefusedOnce.Enqueue(Unknown);
        _platform.RefusedOnce.Enqueue(Unknown);

        Assert.Null((await ApplyAsync()).Error);
        Assert.Equal(3, _platform.Statements.Count);
    }

    [Fact]
    public async Task Stream_that_is_refused_for_another_reason_is_declared_once()
    {
        _platform.RefusedOnce.Enqueue("Cannot add stream 'ACME__BIG': A stream with the same name already exists");

        await Assert.ThrowsAsync<KsqlDbRequestException>(ApplyAsync);
        Assert.Single(_platform.Statements);
    }

    [Theory]
    [InlineData(50000, "Local: Timed out")]
    [InlineData(50000, "Timed out waiting for a node assignment. Call: describeTopics")]
    [InlineData(50000, "Could not write the statement 'CREATE STREAM' into the command topic.")]
    [InlineData(50000, "Broker: Coordinator not available")]
    [InlineData(50200, "Bad gateway")]
    public async Task Server_that_failed_by_something_other_than_the_statement_is_asked_again_later(int code, string words)
    {
        _platform.Refusals[KsqlStatements.CreateStream(Create.Stream)] = (code, words);

        await Assert.ThrowsAsync<KsqlDbUnavailableException>(ApplyAsync);
    }

    [Fact]
    public async Task Command_that_ended_in_an_error_is_about_its_statement_and_a_right_that_lacks_is_not()
    {
        var statement = KsqlStatements.CreateStream(Create.Stream);
        _platform.Answers[statement] = """[{"@type":"currentStatus","commandStatus":{"status":"ERROR","message":"no such function"},"commandSequenceNumber":1}]""";
        Assert.True((await Assert.ThrowsAsync<KsqlDbRequestException>(ApplyAsync)).IsAboutStatement);

        _platform.Refusals[statement] = (40301, "Authorization denied");
        Assert.False((await Assert.ThrowsAsync<KsqlDbRequestException>(ApplyAsync)).IsAboutStatement);
    }

    [Fact]
    public void Query_over_a_stream_that_the_same_plan_declares_anew_is_proven_by_its_start()
    {
        var successor = new KsqlQuerySpec("acme_", "BIG_V2", "INSERT INTO ACME__BIG SELECT ID FROM ACME__SMALL;", "ACME__SMALL", "ACME__BIG", QueryIntent.Running, ["BIG_V1"]);
        var ending = new KsqlQueryChange(QueryAction.Terminate, ChangeRisk.InterruptsDelivery, "acme_", "BIG_V1", null) { Successor = successor };

        Assert.True(PlanExecutor.IsProvable(Changing("acme_", "ACME__BIG"), ending));
        Assert.True(PlanExecutor.IsProvable(Changing("other_", "ACME__SMALL"), ending));
        Assert.False(PlanExecutor.IsProvable(Changing("acme_", "ACME__SMALL"), ending));

        Plan Changing(string service, string stream) => Plan.Empty with
        {
            Changes = [ending, Create with { Kind = ChangeKind.Update, Stream = Create.Stream with { ServiceId = service, Name = stream }, Current = Create.Stream }],
        };
    }

    private Task<Result> ApplyAsync() =>
        _host.InScopeAsync<KsqlApplier, Result>(applier => applier.ApplyAsync(Create, TestContext.Current.CancellationToken));
}
