using System.Collections.Immutable;
using CsCheck;
using Pioneer.Domain;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Tests.Provisioning;

/// <summary>Generates tenants in any state that the commands can bring them to, and platforms with things of strangers on them.</summary>
public static class WantedTenants
{
    public static readonly DateTimeOffset Time = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] FeedNames = ["payments", "balances", "cards"];
    private static readonly string[] SubscriptionNames = ["large-payments", "alerts"];
    private static readonly string[] CredentialNames = ["app", "app-2", "reporting"];

    public static readonly Source Bank = new()
    {
        Id = new SourceId(new Guid(1, 0, 0, new byte[8])), Name = "bank", Kind = SourceKind.PostgreSql, ConnectionUrl = "jdbc:postgresql://db:5432/bank",
        Username = "reader", PasswordSecret = "source/bank", CreatedAt = Time,
    };

    private static readonly Gen<FeedShape> GenFeed = Gen.Select(
        Gen.Int[0, 3], Gen.Bool, Gen.Bool, Gen.Int[1, 3], Gen.Bool, (state, paused, delete, generation, extraColumn) =>
            new FeedShape(state > 0, state > 1, paused, delete, generation, extraColumn));

    private static readonly Gen<SubscriptionShape> GenSubscription = Gen.Select(
        Gen.Int[0, 6], Gen.Int[1, 3], Gen.Bool, Gen.Bool, Gen.Int[0, 2], (state, versions, deleteTopic, held, schema) =>
            new SubscriptionShape(state, versions, deleteTopic, held, schema));

    private static readonly Gen<TenantLimits> GenLimits = Gen.Select(
        Gen.OneOfConst<long?>(null, TenantLimits.Unlimited, 1L << 20), Gen.OneOfConst<long?>(null, TenantLimits.Unlimited, 2L << 20),
        Gen.OneOfConst<double?>(null, 50), Gen.OneOfConst<double?>(null, 2.5), (producer, consumer, percentage, mutations) => new TenantLimits
        {
            ProducerBytesPerSecond = producer, ConsumerBytesPerSecond = consumer, RequestPercentage = percentage, ControllerMutationsPerSecond = mutations,
        });

    /// <summary>One tenant 'acme' at some time of its life.</summary>
    public static readonly Gen<WantedTenant> Acme = Gen.Select(
        Gen.Enum<IsolationLevel>(),
        Gen.OneOfConst(TenantState.Provisioning, TenantState.Active, TenantState.Active, TenantState.Suspended, TenantState.Offboarding),
        GenFeed.Array[FeedNames.Length],
        GenSubscription.Array[SubscriptionNames.Length],
        Gen.Int[0, 4].Array[CredentialNames.Length],
        GenLimits,
        (isolation, state, feeds, subscriptions, credentials, limits) =>
            Build("acme", isolation, state, feeds, subscriptions, credentials, limits));

    /// <summary>The same tenant at two times, and so with one isolation level: that never changes.</summary>
    public static readonly Gen<(WantedTenant Before, WantedTenant After)> AcmeTwice =
        Gen.Select(Acme, Acme, (before, after) => (before, SameIsolation(after, before.Tenant.Isolation)));

    public static Feed Feed(string name, bool extraColumn = false, FeedKind? kind = null) => new()
    {
        Id = new FeedId(new Guid(Array.IndexOf(FeedNames, name) + 10, 0, 0, new byte[8])),
        SourceId = Bank.Id,
        Name = name,
        Table = name,
        Kind = kind ?? (name == "balances" ? FeedKind.State : FeedKind.Event),
        Columns =
        [
            new("id", "bigint", "BIGINT", false), new("tenant_id", "text", "STRING", false), new("amount", "numeric(18,2)", "DECIMAL(18, 2)", true),
            new("updated_at", "timestamp", "TIMESTAMP", false), .. extraColumn ? [new FeedColumn("note", "text", "STRING", true)] : Array.Empty<FeedColumn>(),
        ],
        KeyColumns = ["id"],
        TimestampColumn = "updated_at",
        IncrementingColumn = "id",
        TenantColumn = "tenant_id",
        PollIntervalMs = 500,
        RetentionMs = 86_400_000,
        CreatedAt = Time,
    };

    private static WantedTenant Build(
        string slug, IsolationLevel isolation, TenantState state, FeedShape[] feeds, SubscriptionShape[] subscriptions, int[] credentials,
        TenantLimits limits)
    {
        var tenant = new Tenant
        {
            Id = new TenantId(new Guid(99, 0, 0, new byte[8])), Slug = TenantSlug.Parse(slug), Name = slug, Isolation = isolation, State = state, Limits = limits,
            CreatedAt = Time, CreatedBy = "test",
        };
        return new WantedTenant(
            tenant,
            [.. feeds.Select((shape, index) => (shape, index)).Where(item => item.shape.Exists).Select(item => WantedFeed(tenant, FeedNames[item.index], item.shape))],
            [.. subscriptions.Select((shape, index) => (shape, index)).Where(item => item.shape.State > 0 && feeds[0] is { Exists: true, Granted: true })
                .Select(item => Subscription(tenant, SubscriptionNames[item.index], item.shape))],
            [.. credentials.Select((kind, index) => (kind, index)).Where(item => item.kind > 0).Select(item => Credential(tenant, CredentialNames[item.index], item.kind))]);
    }

    private static WantedFeed WantedFeed(Tenant tenant, string name, FeedShape shape)
    {
        var feed = Feed(name, shape.ExtraColumn);
        var entitlement = new Entitlement
        {
            Id = new EntitlementId(feed.Id.Value), TenantId = tenant.Id, FeedId = feed.Id, TenantValue = tenant.Slug.Value, Paused = shape.Paused,
            State = shape.Granted ? EntitlementState.Granted : EntitlementState.Revoked, DeleteData = !shape.Granted && shape.Delete,
            GrantedAt = Time, GrantedBy = "test",
        };
        return new WantedFeed(entitlement, feed, Bank, shape.Generation);
    }

    private static Subscription Subscription(Tenant tenant, string name, SubscriptionShape shape)
    {
        var id = new SubscriptionId(new Guid(name.Length, 0, 0, new byte[8]));
        SubscriptionState[] states =
        [
            SubscriptionState.Deploying, SubscriptionState.Running, SubscriptionState.Paused, SubscriptionState.Failed, SubscriptionState.Deleting,
            SubscriptionState.Deleted,
        ];
        return new Subscription
        {
            Id = id, TenantId = tenant.Id, Name = name, CurrentVersion = shape.Versions, State = states[shape.State - 1], DeleteTopic = shape.DeleteTopic,
            HeldBy = shape.Held && shape.State < 3 ? new SeedRunId(id.Value) : null, CreatedAt = Time, CreatedBy = "test", ChangedAt = Time,
            Versions = [.. Enumerable.Range(1, shape.Versions).Select(number => Version(tenant, id, name, number, shape.Schema))],
        };
    }

    private static SubscriptionVersion Version(Tenant tenant, SubscriptionId id, string name, int number, int schema) => new()
    {
        SubscriptionId = id, TenantId = tenant.Id, Number = number, Sql = "SELECT * FROM PAYMENTS EMIT CHANGES;",
        Select = $"SELECT ID, AMOUNT FROM {KsqlNames.ObjectName(tenant.Slug, "payments")} EMIT CHANGES",
        SourceObject = KsqlNames.ObjectName(tenant.Slug, "payments"), SourceTopic = TopicNames.Feed(tenant.Slug, "payments"),
        Reads = [TopicNames.Feed(tenant.Slug, "payments")],
        ResultSchema = Schema(schema), Seedability = "Exact", QueryId = KsqlNames.QueryId(tenant.Slug, name, number),
        ContinuesFrom = number == 1 ? null : number - 1, CreatedAt = Time, CreatedBy = "test",
    };

    private static ImmutableArray<ResultColumn> Schema(int schema) => schema switch
    {
        0 => [new("ID", "BIGINT", true), new("AMOUNT", "DECIMAL(18, 2)", false)],
        1 => [new("ID", "BIGINT", true), new("AMOUNT", "DECIMAL(18, 2)", false), new("NOTE", "STRING", false)],
        _ => [new("ID", "BIGINT", true), new("AMOUNT", "STRING", false)],
    };

    private static Credential Credential(Tenant tenant, string name, int kind) => new()
    {
        Id = new CredentialId(new Guid(name.Length, 1, 0, new byte[8])), TenantId = tenant.Id, Name = name,
        Principal = Principals.Credential(tenant.Slug, name), Mechanism = TenantDesiredState.Mechanism, State = (CredentialState)(kind - 1),
        Fingerprint = "f", PendingSecret = kind == 1 ? SecretNames.Credential(tenant.Slug, name) : null, IssuedAt = Time, IssuedBy = "test",
    };

    private static WantedTenant SameIsolation(WantedTenant wanted, IsolationLevel isolation)
    {
        wanted.Tenant.Isolation = isolation;
        return wanted;
    }

    private sealed record FeedShape(bool Exists, bool Granted, bool Paused, bool Delete, int Generation, bool ExtraColumn);

    private sealed record SubscriptionShape(int State, int Versions, bool DeleteTopic, bool Held, int Schema);
}
