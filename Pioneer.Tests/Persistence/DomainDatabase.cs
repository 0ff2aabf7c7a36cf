using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Provisioning;
using Xunit;

namespace Pioneer.Tests.Persistence;

/// <summary>The domain on a real SQLite file of its own, with the edges of the process replaced: platform, queue, protector, inspector, compiler.</summary>
public sealed class DomainDatabase : IAsyncLifetime
{
    // Migrating takes longer than most tests: it is done once, and each test copies the file.
    private static readonly Task<byte[]> Migrated = Task.Run(MigrateAsync);

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"pioneer-domain-{Guid.NewGuid():n}");
    private ServiceProvider? _services;

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    public ModelPlatform Platform { get; } = new();

    public RecordingQueue Queue { get; } = new();

    /// <summary>What looks into sources; set before <see cref="InitializeAsync"/> to have it look into real ones.</summary>
    public ISourceInspector Inspector { get; set; } = new FakeInspector();

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Data", _folder), new("Kafka:Partitions", "3")]).Build();
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<IOperationQueue>(Queue)
            .AddSingleton<IObservedStateReader>(Platform)
            .AddSingleton<IKsqlHosting>(Platform)
            .AddSingleton<ISecretProtector, ReversingProtector>()
            .AddSingleton(Inspector)
            .AddPioneerDomain(configuration)
            .BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
        Directory.CreateDirectory(_folder);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "pioneer.db"), await Migrated, Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        await DatabaseFolder.DeleteAsync(_folder);
    }

    private static async Task<byte[]> MigrateAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"pioneer-domain-{Guid.NewGuid():n}");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Data", folder)]).Build();
        await using (var services = new ServiceCollection().AddPioneerPersistence(configuration).BuildServiceProvider())
        {
            await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        }

        SqliteConnection.ClearAllPools();
        var file = await File.ReadAllBytesAsync(Path.Combine(folder, "pioneer.db"));
        Directory.Delete(folder, recursive: true);
        return file;
    }

    /// <summary>A service in a scope that sees what the actor sees, as a page or an API call would have it.</summary>
    public T As<T>(Actor actor) where T : notnull
    {
        var scope = _services!.CreateScope();
        scope.ServiceProvider.GetRequiredService<AmbientTenantScope>().Use(actor);
        return scope.ServiceProvider.GetRequiredService<T>();
    }

    public T Get<T>() where T : notnull => As<T>(Actor.System);

    public PioneerDbContext Open(TenantScope? scope = null)
    {
        var services = _services!.CreateScope().ServiceProvider;
        services.GetRequiredService<AmbientTenantScope>().Use(scope ?? TenantScope.All);
        return services.GetRequiredService<IDbContextFactory<PioneerDbContext>>().CreateDbContext();
    }

    public async Task<TenantCreated> ATenantAsync(string slug = "acme", IsolationLevel isolation = IsolationLevel.Dedicated)
    {
        var created = await Get<CreateTenant>().ExecuteAsync(Actors.Admin, new CreateTenantRequest(slug, slug.ToUpperInvariant(), isolation), Token);
        return created.Value;
    }

    /// <summary>The demo bank's two feeds.</summary>
    public async Task FeedsAsync()
    {
        var source = new SourceRequest("bank", SourceKind.PostgreSql, "jdbc:postgresql://db:5432/bank", "reader", "s3cret");
        Assert.Null((await Get<ManageSources>().AddAsync(Actors.Admin, source, Token)).Error);
        Assert.Null((await Get<ManageFeeds>().DefineAsync(Actors.Admin, Requests.Feed("payments", FeedKind.Event), Token)).Error);
        Assert.Null((await Get<ManageFeeds>().DefineAsync(Actors.Admin, Requests.Feed("balances", FeedKind.State), Token)).Error);
    }

    public async Task GrantAsync(string tenant, params string[] feeds)
    {
        var changes = feeds.Select(feed => new EntitlementChange(tenant, feed, Granted: true)).ToList();
        Assert.Null((await Get<SetEntitlements>().ExecuteAsync(Actors.Admin, changes, Token)).Error);
    }

    /// <summary>Plans, applies on the model platform and records the outcome, as the reconcile job does.</summary>
    public async Task<Plan> ReconcileAsync(string tenant = "acme")
    {
        var slug = TenantSlug.Parse(tenant);
        var plannedAt = Clock.GetUtcNow();
        var plan = (await Get<TenantPlanner>().PlanAsync(slug, Token)).Value;
        foreach (var change in plan.Changes)
        {
            Platform.Apply(change);
        }

        var after = (await Get<TenantPlanner>().PlanAsync(slug, Token)).Value;
        await Get<ReconcileOutcome>().RecordAsync(slug, after, plannedAt, Token);
        return after;
    }
}

/// <summary>Remembers what was enqueued.</summary>
public sealed class RecordingQueue : IOperationQueue
{
    public ConcurrentQueue<OperationId> Enqueued { get; } = [];

    public Task EnqueueAsync(OperationId operation, CancellationToken cancellationToken)
    {
        Enqueued.Enqueue(operation);
        return Task.CompletedTask;
    }
}

/// <summary>Protects by turning round: enough to see whether a clear text reached the database.</summary>
public sealed class ReversingProtector : ISecretProtector
{
    public string Protect(string secret) => "!" + new string([.. secret.Reverse()]);

    public string Unprotect(string protectedValue) => new([.. protectedValue[1..].Reverse()]);
}

/// <summary>A source that answers to one password.</summary>
public sealed class FakeInspector : ISourceInspector
{
    public Task<Result> TestAsync(SourceConnection connection, CancellationToken cancellationToken) => Task.FromResult(
        connection.Password == "s3cret" ? Result.Success : Result.Fail(new Error("SourceRefused", "The database refused the password.")));

    public Task<Result<FeedCheck>> CheckAsync(SourceConnection connection, FeedRequest feed, CancellationToken cancellationToken) =>
        Task.FromResult<Result<FeedCheck>>(new Error("SourceUnreachable", "Nobody is there.") { Kind = ErrorKind.Unavailable });

    public Task<Result<SourcePreview>> PreviewAsync(SourceConnection connection, FeedRequest feed, CancellationToken cancellationToken) =>
        Task.FromResult<Result<SourcePreview>>(new SourcePreview([.. feed.Columns.Select(column => column.RecordName)], [[.. feed.Columns.Select(_ => new PreviewCell("\"a secret of the table\""))]], null));

    public Task<Result<System.Collections.Immutable.ImmutableArray<TenantValueReading>>> ReadTenantValuesAsync(
        SourceConnection connection, Feed feed, System.Collections.Immutable.ImmutableArray<string> values, CancellationToken cancellationToken) =>
        Task.FromResult<Result<System.Collections.Immutable.ImmutableArray<TenantValueReading>>>(new Error("SourceUnreachable", "Nobody is there.") { Kind = ErrorKind.Unavailable });

    public Task<Result<System.Collections.Immutable.ImmutableArray<SourceTable>>> ListTablesAsync(SourceConnection connection, CancellationToken cancellationToken) =>
        Task.FromResult<Result<System.Collections.Immutable.ImmutableArray<SourceTable>>>(System.Collections.Immutable.ImmutableArray<SourceTable>.Empty);
}
