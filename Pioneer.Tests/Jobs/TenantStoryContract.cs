using System.Diagnostics;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Delivery;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Subscriptions;
using Xunit;
using IsolationLevel = Pioneer.Domain.Tenants.IsolationLevel;

namespace Pioneer.Tests.Jobs;

/// <summary>
/// Two tenants of the demo bank from their rows to their results, over the real protocols: provisioning, ingestion, preview, deployment, upgrade,
/// delivery, credentials. The same verdicts whichever broker is behind it.
/// </summary>
public abstract class TenantStoryContract(KafkaOptions? external) : IAsyncLifetime
{
    private const string Large = "SELECT ID, ACCOUNT_ID, AMOUNT FROM PAYMENTS WHERE AMOUNT > 1000 EMIT CHANGES;";
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-story-").FullName;
    private readonly TenantSlug _acme = TenantSlug.Parse($"acme{Random.Shared.Next(100_000, 999_999)}");
    private readonly TenantSlug _globex = TenantSlug.Parse($"globex{Random.Shared.Next(100_000, 999_999)}");
    private EmbeddedStack _stack = null!;
    private JobsHost _host = null!;

    /// <summary>Settings beyond those that the stack decides.</summary>
    protected virtual (string Key, string Value)[] Settings => [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _stack = await EmbeddedStack.StartAsync(external);
        _host = await _stack.StartJobsAsync(_folder, _ => { }, Settings);
    }

    public async ValueTask DisposeAsync()
    {
        // the next story on these nodes has a database of its own, and would not know the password of a user that is there
        await _host.Get<KafkaAdmin>().DeleteScramUserAsync(Principals.SharedKsql, CancellationToken.None);
        await _host.DisposeAsync();
        await _stack.DisposeAsync();
        TestFolder.Delete(_folder);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Tenant_goes_from_nothing_to_live_results_and_keeps_to_itself()
    {
        await SetUpAsync();
        await EachTenantHasItsRowsAsync();
        await QueryIsPreviewedAsync();
        await ForeignAndWrongTextsAreRefusedAsync();
        await SubscriptionDeliversAsync();
        await CredentialReadsItsDeliveriesOnlyAsync();
        await UpgradeGoesOnWhereTheOldVersionStoppedAsync();
        await PausedQueryCatchesUpAsync();
        await ReaderWithoutRightsIsTurnedAwayAsync();
        await RecordsAreOnlyDestroyedWithAConfirmationAsync();
        await DeletedSubscriptionLeavesNothingRunningAsync();
        await NothingDiffersInTheEndAsync();
    }

    private async Task SetUpAsync()
    {
        var created = new[]
        {
            await Do<CreateTenant, TenantCreated>(c => c.ExecuteAsync(Actor.System, new CreateTenantRequest(_acme.Value, "Acme", IsolationLevel.Dedicated), Ct)),
            await Do<CreateTenant, TenantCreated>(c => c.ExecuteAsync(Actor.System, new CreateTenantRequest(_globex.Value, "Globex", IsolationLevel.Shared), Ct)),
        };
        foreach (var tenant in created)
        {
            await SucceedAsync(tenant.Operation);
        }

        await Do<ManageSources, SourceId>(s => s.AddAsync(
            Actor.System, new SourceRequest("bank", SourceKind.Sqlite, _stack.Platform.Endpoints.DemoBankUrl, null, null), Ct));
        var tables = await Do<ManageSources, System.Collections.Immutable.ImmutableArray<SourceTable>>(s => s.ListTablesAsync(Actor.System, "bank", Ct));
        await Do<ManageFeeds, FeedId>(f => f.DefineAsync(Actor.System, Feed(tables, "payments", FeedKind.Event, "id", "updated_at", "id"), Ct));
        await Do<ManageFeeds, FeedId>(f => f.DefineAsync(Actor.System, Feed(tables, "balances", FeedKind.State, "account_id", null, null), Ct));
        var operations = await Do<SetEntitlements, System.Collections.Immutable.ImmutableArray<OperationId>>(e => e.ExecuteAsync(Actor.System,
        [
            new EntitlementChange(_acme.Value, "payments", true, "acme"), new EntitlementChange(_acme.Value, "balances", true, "acme"),
            new EntitlementChange(_globex.Value, "payments", true, "globex"), new EntitlementChange(_globex.Value, "balances", true, "globex"),
        ], Ct));
        foreach (var operation in operations)
        {
            await SucceedAsync(operation);
        }
    }

    private async Task EachTenantHasItsRowsAsync()
    {
        await _stack.Platform.Bank!.BookPaymentAsync("acme", Pioneer.Embedded.Bank.DemoBank.JohnsAccount, 12.50m, Ct);
        foreach (var (slug, tenant) in new[] { (_acme, "acme"), (_globex, "globex") })
        {
            await Wait.UntilAsync(async () => (await KeysAsync(TopicNames.Feed(slug, "payments"))).SetEquals(await IdsAsync("payments", "id", tenant)));
            await Wait.UntilAsync(async () => (await KeysAsync(TopicNames.Feed(slug, "balances"))).SetEquals(await IdsAsync("balances", "account_id", tenant)));
        }
    }

    private async Task RecordsAreOnlyDestroyedWithAConfirmationAsync()
    {
        var topic = TopicNames.Feed(_acme, "payments");
        var admin = _host.Get<KafkaAdmin>();
        await admin.AlterTopicConfigAsync(topic, new Dictionary<string, string?> { ["retention.ms"] = "-1" }, Ct); // somebody keeps them for ever
        await Wait.UntilAsync(async () => await RetentionAsync() == "-1");

        var refused = await Scoped<RequestReconcile, Result<OperationId>>(r => r.ForTenantAsync(Actor.System, _acme.Value, confirmation: null, Ct));
        Assert.Equal("ConfirmationMissing", refused.Error?.Code);
        await SucceedAsync(await Do<SetTenantLimits, OperationId>(
            l => l.ExecuteAsync(Actor.System, _acme.Value, new TenantLimits { ConsumerBytesPerSecond = 100 << 20 }, null, Ct)));
        Assert.Equal("-1", await RetentionAsync());
        Assert.Equal(1, await Scoped<PioneerDbContext, int?>(db => db.Tenants.Where(row => row.Slug == _acme).Select(row => row.DriftCount).SingleAsync()));

        await SucceedAsync(await Do<RequestReconcile, OperationId>(r => r.ForTenantAsync(Actor.System, _acme.Value, _acme.Value, Ct)));
        await Wait.UntilAsync(async () => await RetentionAsync() != "-1");

        async Task<string> RetentionAsync() => (await admin.DescribeTopicsAsync(name => name == topic, Ct)).Single().Configs["retention.ms"];
    }

    private async Task QueryIsPreviewedAsync()
    {
        var clock = Stopwatch.StartNew();
        var started = await Scoped<PreviewService, Result<PreviewRun>>(
            p => p.StartAsync(Actor.System, _acme.Value, "SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;", new PreviewLimits(MaxRows: 1), Ct));
        Assert.True(started.IsSuccess, started.Error?.ToString());
        await using var run = started.Value;
        var rows = new List<PreviewRow>();
        await foreach (var row in run.RowsAsync(Ct))
        {
            rows.Add(row);
        }

        TestContext.Current.SendDiagnosticMessage("first preview row after {0} ms", clock.ElapsedMilliseconds);
        Assert.Single(rows);
        Assert.Equal(["ID", "AMOUNT"], run.Columns.Select(column => column.Name));
        Assert.Equal(PreviewEnd.RowLimit, run.End);
    }

    private async Task ForeignAndWrongTextsAreRefusedAsync()
    {
        foreach (var sql in new[] { $"SELECT * FROM {KsqlNames.ObjectName(_globex, "payments")} EMIT CHANGES;", "SELECT NO_SUCH FROM PAYMENTS EMIT CHANGES;", "PRINT 'x';" })
        {
            var refused = await Scoped<PreviewService, Result<PreviewRun>>(p => p.StartAsync(Actor.System, _acme.Value, sql, new PreviewLimits(), Ct));
            Assert.IsType<QueryRefused>(refused.Error);
        }
    }

    private async Task SubscriptionDeliversAsync()
    {
        await using var looking = _host.OpenScope();
        await using var tail = looking.ServiceProvider.GetRequiredService<DeliveryTail>()
            .FollowAsync(_acme, "large-payments", DeliveryStart.Last(10), Ct).GetAsyncEnumerator(Ct);
        Assert.True(await tail.MoveNextAsync());
        Assert.Equal(("DeliveryTopicMissing", true), (tail.Current.Failure?.Code, tail.Current.Waits)); // it looks on before there is anything

        var deployed = await Do<DeploySubscription, SubscriptionDeployed>(d => d.CreateAsync(Actor.System, _acme.Value, "large-payments", Large, null, Ct));
        await SucceedAsync(deployed.Operation);
        var state = await Scoped<PioneerDbContext, SubscriptionState>(db => db.Subscriptions.Where(row => row.Id == deployed.Id).Select(row => row.State).SingleAsync());
        Assert.Equal(SubscriptionState.Running, state);

        await using var reader = new Reader(await OpenAsync("large-payments", DeliveryStart.Latest));
        var small = await BookAsync(10);
        var first = await BookAsync(5000);
        var second = await BookAsync(6000);
        var events = await reader.TakeAsync(2);
        Assert.Equal([first, second], events.Select(IdOf).Order());
        Assert.DoesNotContain(small, events.Select(IdOf));
        Assert.True(await tail.MoveNextAsync());
        Assert.NotNull(tail.Current.Event);

        // resuming with an event's id gives exactly what came after it
        await using var resumed = new Reader(await OpenAsync("large-payments", DeliveryStart.Parse(events[0].Position.ToString())!));
        Assert.Equal(IdOf(events[1]), IdOf((await resumed.TakeAsync(1))[0]));
    }

    private async Task CredentialReadsItsDeliveriesOnlyAsync()
    {
        var issued = await Do<ManageCredentials, IssuedCredential>(m => m.IssueAsync(Actor.System, _acme.Value, "app", null, Ct));
        await SucceedAsync(issued.Operation);
        var principal = new KafkaPrincipal(issued.Principal, issued.Password);
        using (var consumer = _host.Get<KafkaClients>().Consumer(principal, $"{_acme}.app"))
        {
            var topic = TopicNames.Delivery(_acme, "large-payments");
            var offsets = await _host.Get<KafkaAdmin>().OffsetsAsync(topic, Ct);
            consumer.Assign(offsets.Keys.Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
            while (Next(consumer, topic).IsPartitionEOF)
            {
                // a partition without results; Next gives up when no other has one
            }

            consumer.Commit(offsets.Keys.Select(partition => new TopicPartitionOffset(topic, partition, 0)));
        }

        await ReadersAreNamedAsync(principal);

        using var admin = _host.Get<KafkaClients>().Admin(principal);
        var refused = await Assert.ThrowsAsync<DescribeTopicsException>(
            () => admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([TopicNames.Feed(_globex, "payments"), TopicNames.Feed(_acme, "payments")])));
        Assert.All(refused.Results.TopicDescriptions, topic => Assert.Equal(ErrorCode.TopicAuthorizationFailed, topic.Error.Code));

        var kept = await Scoped<PioneerDbContext, int>(db => db.Secrets.CountAsync(row => row.Name == SecretNames.Credential(_acme, "app")));
        Assert.Equal(0, kept);
        await SucceedAsync(await Do<ManageCredentials, OperationId>(m => m.RevokeAsync(Actor.System, _acme.Value, issued.Id, Ct)));
        await Wait.UntilAsync(async () => !await _host.Get<KafkaSignIn>().IsAcceptedAsync(principal, Ct));
    }

    private async Task ReadersAreNamedAsync(KafkaPrincipal principal)
    {
        var topic = TopicNames.Delivery(_acme, "large-payments");
        var left = Assert.Single((await ReadersAsync()).Groups!.Value);
        Assert.Equal(($"{_acme}.app", 0, null), (left.Group, left.Members.Length, left.Unseen));
        Assert.True(left.Behind > 0, $"{left.Behind} behind");

        using var joined = _host.Get<KafkaClients>().Consumer(principal, $"{_acme}.joined");
        joined.Subscribe(topic);
        using (var reading = await Do<RecordReadings, OpenPlace>(r => r.BeginAsync(Actor.System, _acme.Value, "large-payments", TenantUseKind.Streams, Ct)))
        {
            await Wait.UntilAsync(async () =>
            {
                joined.Consume(TimeSpan.Zero); // it joins while it is asked for records
                return (await ReadersAsync()).Groups!.Value.Any(group => group.Group == $"{_acme}.joined" && !group.Members.IsEmpty);
            }, Patience.Long);
            Assert.Equal(Actor.System.Name, Assert.Single((await ReadersAsync()).Open).Who);
        }

        var seen = await ReadersAsync();
        Assert.Empty(seen.Open);
        Assert.Equal(principal.Username, Assert.Single(seen.Credentials).Principal);
        joined.Close();

        Task<ReadersOfDelivery> ReadersAsync() => Do<DeliveryReaders, ReadersOfDelivery>(r => r.OfAsync(Actor.System, _acme.Value, "large-payments", Ct));
    }

    private async Task UpgradeGoesOnWhereTheOldVersionStoppedAsync()
    {
        await using var reader = new Reader(await OpenAsync("large-payments", DeliveryStart.Latest));
        var before = await BookAsync(7000);
        var changed = await Do<DeploySubscription, SubscriptionDeployed>(
            d => d.UpdateAsync(Actor.System, _acme.Value, "large-payments", Large.Replace("1000", "2000", StringComparison.Ordinal), null, null, Ct));
        var between = await BookAsync(8000);
        await SucceedAsync(changed.Operation);
        var after = await BookAsync(9000);
        var below = await BookAsync(1500);
        var last = await BookAsync(9500);
        var ids = (await reader.TakeAsync(4)).Select(IdOf).ToList();
        Assert.Equal([before, between, after, last], ids.Order());
        Assert.DoesNotContain(below, ids);
        Assert.Equal(2, changed.Version);
    }

    private async Task PausedQueryCatchesUpAsync()
    {
        await using var reader = new Reader(await OpenAsync("large-payments", DeliveryStart.Latest));
        await SucceedAsync(await Do<ControlSubscriptions, OperationId>(c => c.PauseAsync(Actor.System, _acme.Value, "large-payments", Ct)));
        var meanwhile = await BookAsync(20_000);
        await SucceedAsync(await Do<ControlSubscriptions, OperationId>(c => c.ResumeAsync(Actor.System, _acme.Value, "large-payments", Ct)));
        Assert.Equal(meanwhile, IdOf((await reader.TakeAsync(1))[0]));
    }

    // A stream that only waited for better times would be tried again for ever.
    private async Task ReaderWithoutRightsIsTurnedAwayAsync()
    {
        await using var reader = new Reader(await OpenAsync("large-payments", DeliveryStart.Latest));
        var reading = reader.TakeAsync(1);
        await SucceedAsync(await Do<TenantLifecycle, OperationId>(t => t.SuspendAsync(Actor.System, _acme.Value, Ct)));
        await Assert.ThrowsAsync<KafkaReadRefusedException>(() => reading);
        await SucceedAsync(await Do<TenantLifecycle, OperationId>(t => t.ResumeAsync(Actor.System, _acme.Value, Ct)));
    }

    private async Task DeletedSubscriptionLeavesNothingRunningAsync()
    {
        await SucceedAsync(await Do<ControlSubscriptions, OperationId>(
            c => c.DeleteAsync(Actor.System, _acme.Value, "large-payments", deleteTopic: true, "large-payments", null, Ct)));
        var observed = await Scoped<IObservedStateReader, Result<ObservedState>>(r => r.ReadAsync(_acme, Ct));
        Assert.Empty(observed.Value.Queries);
        Assert.DoesNotContain(observed.Value.Topics, topic => topic.Name == TopicNames.Delivery(_acme, "large-payments"));
    }

    private async Task NothingDiffersInTheEndAsync()
    {
        foreach (var slug in new[] { _acme, _globex })
        {
            var plan = await Scoped<TenantPlanner, Result<Plan>>(p => p.PlanAsync(slug, Ct));
            Assert.True(plan.IsSuccess, plan.Error?.ToString());
            Assert.True(plan.Value.InSync, string.Join("; ", plan.Value.Changes.Select(change => $"{change.Title}: {change.Before} -> {change.After}")));
        }
    }

    private Task<long> BookAsync(decimal amount) =>
        _stack.Platform.Bank!.BookPaymentAsync("acme", Pioneer.Embedded.Bank.DemoBank.JohnsAccount, amount, Ct);

    private Task SucceedAsync(OperationId id) => _host.SucceedAsync(id);

    private async Task<DeliveryStream> OpenAsync(string subscription, DeliveryStart start)
    {
        var opened = await Scoped<DeliveryReader, Result<DeliveryStream>>(r => r.OpenAsync(_acme, subscription, start, Ct));
        Assert.True(opened.IsSuccess, opened.Error?.ToString());
        return opened.Value;
    }

    private Task<TResult> Scoped<TService, TResult>(Func<TService, Task<TResult>> work) where TService : notnull => _host.InScopeAsync(work);

    private Task<T> Do<TService, T>(Func<TService, Task<Result<T>>> work) where TService : notnull => _host.DoAsync(work);

    internal static FeedRequest Feed(
        System.Collections.Immutable.ImmutableArray<SourceTable> tables, string table, FeedKind kind, string key, string? timestamp, string? incrementing) => new(
        table, "bank", table, kind,
        [.. tables.Single(candidate => candidate.Name == table).Columns.Select(c => new FeedColumn(c.Name, c.SourceType, c.Reading.Best, c.Nullable))],
        [key], timestamp, incrementing, "tenant_id", PollIntervalMs: 100);

    private static long IdOf(DeliveryEvent delivered)
    {
        using var key = JsonDocument.Parse(delivered.Key!);
        return key.RootElement.GetInt64();
    }

    /// <summary>The next record or end of a partition: a wait that never ends is the failure, not a slow one.</summary>
    private static ConsumeResult<byte[]?, byte[]?> Next(IConsumer<byte[]?, byte[]?> consumer, string topic)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < Patience.Long)
        {
            if (consumer.Consume(TimeSpan.FromSeconds(1)) is { } result)
            {
                return result;
            }
        }

        throw new TimeoutException($"Nothing more came of {topic} within {Patience.Long}.");
    }

    private async Task<HashSet<long>> KeysAsync(string topic)
    {
        var offsets = await _host.Get<KafkaAdmin>().OffsetsAsync(topic, Ct);
        using var consumer = _host.Get<KafkaClients>().Consumer(null, null);
        consumer.Assign(offsets.Select(pair => new TopicPartitionOffset(topic, pair.Key, pair.Value.Start)));
        var keys = new HashSet<long>();
        for (var ends = 0; ends < offsets.Count;)
        {
            var record = Next(consumer, topic);
            if (record.IsPartitionEOF)
            {
                ends++;
            }
            else
            {
                keys.Add(long.Parse(System.Text.Encoding.UTF8.GetString(record.Message.Key!)));
            }
        }

        return keys;
    }

    private async Task<HashSet<long>> IdsAsync(string table, string column, string tenant)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_stack.Platform.Bank!.DatabasePath};Mode=ReadOnly");
        await connection.OpenAsync(Ct);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {column} FROM {table} WHERE tenant_id = $tenant";
        command.Parameters.AddWithValue("$tenant", tenant);
        var ids = new HashSet<long>();
        await using var reader = await command.ExecuteReaderAsync(Ct);
        while (await reader.ReadAsync(Ct))
        {
            ids.Add(reader.GetInt64(0));
        }

        return ids;
    }

    /// <summary>Takes so many records of a stream.</summary>
    private sealed class Reader(DeliveryStream stream) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private IAsyncEnumerator<DeliveryEvent>? _events;

        public async Task<List<DeliveryEvent>> TakeAsync(int count)
        {
            _events ??= stream.EventsAsync(_end.Token).GetAsyncEnumerator();
            var taken = new List<DeliveryEvent>();
            var started = TimeProvider.System.GetTimestamp();
            while (taken.Count < count)
            {
                var left = Patience.Long - TimeProvider.System.GetElapsedTime(started);
                var more = left > TimeSpan.Zero && await _events.MoveNextAsync().AsTask().WaitAsync(left);
                if (!more)
                {
                    throw new TimeoutException($"{taken.Count} of {count} results came.");
                }

                if (_events.Current.Kind == DeliveryEventKind.Record)
                {
                    taken.Add(_events.Current);
                }
            }

            return taken;
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            _end.Dispose();
        }
    }
}

/// <summary>The story on the embedded broker.</summary>
public sealed class EmbeddedTenantStoryTests() : TenantStoryContract(external: null);

/// <summary>The story on three secured Apache Kafka nodes.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class ApacheTenantStoryTests : TenantStoryContract
{
    public ApacheTenantStoryTests(SharedKafka kafka)
        : base(kafka.Options) => Assert.SkipWhen(kafka.Missing is not null, kafka.Missing ?? "");
}
