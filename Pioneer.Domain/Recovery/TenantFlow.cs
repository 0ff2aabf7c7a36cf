using System.Collections.Immutable;

namespace Pioneer.Domain.Recovery;

/// <summary>The ways a tenant's records take, as wanted: what a verdict has to look at.</summary>
public sealed record TenantFlow(string Tenant, ImmutableArray<FlowHop> Hops);

/// <summary>One hop: somebody takes records from somewhere and must not lose any.</summary>
/// <param name="Topic">The topic that the hop fills or reads.</param>
public abstract record FlowHop(string Topic)
{
    /// <summary>The hop for people, such as <c>acme.t.payments → ACME__LARGE_PAYMENTS_V1</c>.</summary>
    public abstract string Name { get; }

    /// <summary>A connector fills a T topic. The rows of a polled table stay in the source, so this hop has no clock of its own.</summary>
    public sealed record Ingestion(string Connector, string Topic) : FlowHop(Topic)
    {
        /// <inheritdoc/>
        public override string Name => $"source → {Topic}";
    }

    /// <summary>A query or a tenant's client reads a topic as a consumer group.</summary>
    public sealed record Reading(string Topic, string Group, string Reader) : FlowHop(Topic)
    {
        /// <inheritdoc/>
        public override string Name => $"{Topic} → {Reader}";
    }
}
