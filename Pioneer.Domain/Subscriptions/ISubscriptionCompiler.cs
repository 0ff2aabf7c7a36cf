using System.Collections.Immutable;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Ksql;

namespace Pioneer.Domain.Subscriptions;

/// <summary>Checks a tenant's text against its own streams and turns it into what is deployed. Pure; never throws on any text.</summary>
public interface ISubscriptionCompiler
{
    Compilation Compile(TenantSlug tenant, string name, string sql, IReadOnlyList<TenantStream> streams);
}

/// <summary>Either what is to be deployed, or why not.</summary>
public sealed record Compilation(CompiledSubscription? Subscription, ImmutableArray<Diagnostic> Diagnostics);

/// <summary>A checked query, rewritten to platform names.</summary>
public sealed record CompiledSubscription(
    string Select,
    string SourceObject,
    string SourceTopic,
    ImmutableArray<string> Reads,
    ImmutableArray<ResultColumn> ResultSchema,
    string Seedability,
    ImmutableArray<string> SeedabilityReasons);

/// <summary>A stream that a tenant's queries may read.</summary>
/// <param name="Name">As the tenant writes it.</param>
/// <param name="Reads">The topics that it is computed from; empty for a feed.</param>
/// <param name="KeepsState">Whether its topic keeps the latest value of every key.</param>
public sealed record TenantStream(
    string Name, TenantStreamOrigin Origin, string Topic, ImmutableArray<KsqlColumnSpec> Columns, ImmutableArray<string> Reads, bool KeepsState);

/// <summary>Where a stream's records come from.</summary>
public enum TenantStreamOrigin
{
    Feed,
    Subscription,
}
