using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Embedded;
using Pioneer.Embedded.Ksql;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;
using Pioneer.Tests;

namespace Pioneer.Benchmarks.Races;

/// <summary>
/// The embedded platform and everything that Pioneer.Jobs registers, without workers, in this process. Tenants move in in bulk: their rows are written, and what
/// they are wanted to have is applied by the product's own appliers, many tenants at a time.
/// </summary>
internal sealed class HouseStage : IAsyncDisposable
{
    /// <summary>
    /// Feeds of each tenant, a topic each: the first with a stream and a paused connector, the others taken back and their topics kept, for each connector keeps the
    /// worker busy for a third of a second.
    /// </summary>
    public const int Feeds = 10;

    private const string User = "pioneer", Password = "a password of the race";
    private const int AtOnce = 50, HourMs = 3_600_000;

    private static readonly Type[] Order =
        [typeof(TopicChange), typeof(AclChange), typeof(QuotaChange), typeof(KsqlServiceChange), typeof(KsqlStreamChange), typeof(ConnectorChange)];

    private readonly string _folder;
    private readonly EmbeddedPlatform _platform;
    private readonly KsqlServer _ksql;
    private readonly IHost _host;
    private readonly List<FeedId> _feeds = [];
    private int _tenants;

    private HouseStage(string folder, EmbeddedPlatform platform, KsqlServer ksql, IHost host) => (_folder, _platform, _ksql, _host) = (folder, platform, ksql, host);

    public static async Task<HouseStage> StartAsync(CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("pioneer-house-").FullName;
        var platform = await EmbeddedPlatform.StartAsync(
            new EmbeddedPlatformOptions
            {
                DataDirectory = folder, KafkaSaslEndpoint = TestPorts.NextEndpoint(), SuperUser = User, SuperPassword = Password,
                ConnectEndpoint = TestPorts.NextEndpoint(), ConnectUser = User, ConnectPassword = Password, Demo = true, DemoPaymentsPerSecond = 0,
            },
            NullLoggerFactory.Instance, TimeProvider.System, ct);
        var ksql = await KsqlServer.StartAsync(
            new KsqlServerOptions { Endpoint = TestPorts.NextEndpoint(), DataDirectory = Path.Combine(folder, "ksql"), BasicUser = User, BasicPassword = Password },
            NullLoggerFactory.Instance, TimeProvider.System, ct);
        var stage = new HouseStage(folder, platform, ksql, Build(Path.Combine(folder, "portal"), platform, ksql));
        await stage._host.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(ct);
        await stage._host.StartAsync(ct);
        await stage.InScopeAsync<PioneerDbContext>(db => stage.DefineFeedsAsync(db, ct));
        await stage.InScopeAsync<IServiceProvider>(async services =>
        {
            var db = services.GetRequiredService<PioneerDbContext>();
            await services.GetRequiredService<SecretStore>().PutAsync(db, SecretNames.SharedKsqlPrincipal, Password, null, ct);
            await db.SaveChangesAsync(ct);
        });
        return stage;
    }

    public async Task InScopeAsync<T>(Func<T, Task> work) where T : notnull
    {
        await using var scope = _host.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AmbientTenantScope>().Use(TenantScope.All);
        await work(scope.ServiceProvider.GetRequiredService<T>());
    }

    /// <summary>Lets tenants move in until there are so many.</summary>
    public async Task FillAsync(int tenants, CancellationToken ct)
    {
        while (_tenants < tenants)
        {
            var slugs = Enumerable.Range(_tenants, Math.Min(AtOnce, tenants - _tenants)).Select(number => TenantSlug.Parse($"client-{number:00000}")).ToHashSet();
            await InScopeAsync<PioneerDbContext>(db => AddAsync(db, slugs, ct));
            await InScopeAsync<IServiceProvider>(services => ApplyAsync(services, slugs, ct));
            _tenants += slugs.Count;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _ksql.DisposeAsync();
        await _platform.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static IHost Build(string data, EmbeddedPlatform platform, KsqlServer ksql)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Race" });
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data"] = data, ["Kafka:BootstrapServers"] = platform.Endpoints.KafkaSasl, ["Kafka:SecurityProtocol"] = "SASL_PLAINTEXT",
            ["Kafka:SaslMechanism"] = "SCRAM-SHA-256", ["Kafka:Username"] = User, ["Kafka:Password"] = Password, ["Kafka:RequestTimeoutMs"] = "60000",
            ["Ksql:Url"] = ksql.Url.ToString(), ["Ksql:HostUrl"] = ksql.Url.ToString(), ["Ksql:Username"] = User, ["Ksql:Password"] = Password,
            ["Connect:Url"] = platform.Endpoints.Connect, ["Connect:Username"] = User, ["Connect:Password"] = Password,
            ["Isolation:CheckCron"] = "", ["Jobs:Workers"] = "0",
        });
        builder.Services.AddPioneerDomain(builder.Configuration);
        builder.Services.AddPioneerJobs(builder.Configuration);
        return builder.Build();
    }

    private async Task DefineFeedsAsync(PioneerDbContext db, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        var bank = new Source
        {
            Id = new SourceId(Guid.NewGuid()), Name = "bank", Kind = SourceKind.Sqlite, ConnectionUrl = _platform.Endpoints.DemoBankUrl!, CreatedAt = now,
        };
        db.Sources.Add(bank);
        for (var number = 1; number <= Feeds; number++)
        {
            var feed = new Feed
            {
                Id = new FeedId(Guid.NewGuid()), SourceId = bank.Id, Name = $"feed-{number}", Table = "payments", Kind = FeedKind.Event,
                Columns =
                [
                    new("id", "INTEGER", "BIGINT", false), new("tenant_id", "TEXT", "STRING", false), new("amount", "NUMERIC", "DOUBLE", true),
                    new("updated_at", "INTEGER", "BIGINT", false),
                ],
                KeyColumns = ["id"], TimestampColumn = "updated_at", IncrementingColumn = "id", TenantColumn = "tenant_id", PollIntervalMs = HourMs,
                RetentionMs = 86_400_000, Partitions = 1, CreatedAt = now,
            };
            db.Feeds.Add(feed);
            _feeds.Add(feed.Id);
        }

        await db.SaveChangesAsync(ct);
    }

    private async Task AddAsync(PioneerDbContext db, IEnumerable<TenantSlug> slugs, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        foreach (var slug in slugs)
        {
            var tenant = new Tenant
            {
                Id = new TenantId(Guid.NewGuid()), Slug = slug, Name = slug.Value, Isolation = IsolationLevel.Shared, State = TenantState.Active,
                CreatedAt = now, CreatedBy = "race",
            };
            db.Tenants.Add(tenant);
            db.Entitlements.AddRange(_feeds.Select((feed, index) => new Entitlement
            {
                Id = new EntitlementId(Guid.NewGuid()), TenantId = tenant.Id, FeedId = feed, TenantValue = slug.Value, Paused = true, GrantedAt = now, GrantedBy = "race",
                State = index == 0 ? EntitlementState.Granted : EntitlementState.Revoked,
            }));
        }

        await db.SaveChangesAsync(ct);
    }

    private async Task ApplyAsync(IServiceProvider services, HashSet<TenantSlug> slugs, CancellationToken ct)
    {
        var builder = services.GetRequiredService<DesiredStateBuilder>();
        var kafka = services.GetRequiredService<KafkaAdmin>();
        var applier = services.GetRequiredService<ChangeApplier>();
        var rows = (await builder.LoadAllAsync(ct)).Where(row => slugs.Contains(row.Tenant.Slug));
        var nothing = new ObservedState { Services = _tenants == 0 ? [] : [new KsqlServiceSpec(KsqlNames.SharedServiceId, Principals.SharedKsql, null)] };
        var changes = rows.SelectMany(row => ProvisioningPlanner.Plan(builder.Describe(row, WantedProtection.For(1)), nothing).Changes)
            .DistinctBy(change => (change.Kind, change.ResourceType, change is AclChange acl ? acl.Rule.ToString() : change.Resource)).ToList();
        foreach (var user in changes.OfType<ScramUserChange>().Where(change => _tenants == 0 || change.User.User != Principals.SharedKsql))
        {
            await kafka.UpsertScramUserAsync(new KafkaPrincipal(user.User.User, Password), ct);
        }

        foreach (var kind in Order)
        {
            var same = changes.Where(change => change.GetType() == kind).SelectMany(Kept).ToList();
            var results = same.Count == 0 ? [] : await applier.ApplyAsync(same, ct);
            var refused = results.Select(result => result.Error).FirstOrDefault(error => error is not null);
            if (refused is not null)
            {
                throw new InvalidOperationException($"{kind.Name}: {refused}");
            }
        }
    }

    /// <summary>A change, and for the topic of the first feed those of the feeds that were taken back.</summary>
    private static IEnumerable<Change> Kept(Change change) => change is TopicChange made
        ? Enumerable.Range(1, Feeds).Select(number => made with
        {
            Topic = made.Topic with { Name = made.Topic.Name.Replace("feed-1", $"feed-{number}", StringComparison.Ordinal) },
        })
        : [change];
}
