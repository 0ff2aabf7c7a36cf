using System.Collections.Immutable;

namespace Pioneer.Domain.Recovery;

/// <summary>The ways a tenant's records take, as wanted: what a verdict has to look at.</summary>
public sealed record TenantFlow(string Tenant, ImmutableArray<FlowHop> Hops)
{
    /// <summary>Who has a right to the tenant's records, running or not.</summary>
    public IEnumerable<FlowHop.Reading> Readers => Hops.OfType<FlowHop.Reading>();

    /// <summary>The readers that are wanted to run now: only they can be waited for.</summary>
    public IEnumerable<FlowHop.Reading> RunningReaders => Readers.Where(hop => hop.IsWantedRunning);

    /// <summary>What fills the tenant's T topics.</summary>
    public IEnumerable<FlowHop.Ingestion> Ingestions => Hops.OfType<FlowHop.Ingestion>();
}

/// <summary>That somebody stopped something on purpose.</summary>
/// <param name="Since">Null where nobody wrote it down.</param>
/// <param name="By">The person's name; null where nobody wrote it down.</param>
public sealed record StoppedOnPurpose(DateTimeOffset? Since, string? By);

/// <summary>One hop: somebody takes records from somewhere and must not lose any.</summary>
/// <param name="Topic">The topic that the hop fills or reads.</param>
public abstract record FlowHop(string Topic)
{
    /// <summary>The hop for people, such as <c>acme.t.payments → ACME__LARGE_PAYMENTS_V1</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Set where the hop is wanted to stand; null where it is wanted to move.</summary>
    public StoppedOnPurpose? Stopped { get; init; }

    /// <summary>A connector fills a T topic. The rows of a polled table stay in the source, so this hop has no clock of its own.</summary>
    public sealed record Ingestion(string Connector, string Topic) : FlowHop(Topic)
    {
        /// <inheritdoc/>
        public override string Name => $"source → {Topic}";

        /// <summary>How often it asks its source; null for a batch, whose runs may be a day apart.</summary>
        public TimeSpan? AsksEvery { get; init; }

        /// <summary>How long one query of the source may take, as the feed says; null where the feed says nothing.</summary>
        public TimeSpan? QueryLimit { get; init; }
    }

    /// <summary>A query or a tenant's client reads a topic as a consumer group.</summary>
    public sealed record Reading(string Topic, string Group, string Reader) : FlowHop(Topic)
    {
        /// <inheritdoc/>
        public override string Name => $"{Topic} → {Reader}";

        /// <summary>The subscription's name; empty where the reader is none of a subscription's.</summary>
        public string Subscription { get; init; } = "";

        /// <summary>The ksqlDB service that runs the reader; empty where none does.</summary>
        public string Service { get; init; } = "";

        /// <summary>The group whose positions this reader goes on from, until it has some of its own; null where it follows nobody.</summary>
        public string? EarlierGroup { get; init; }

        /// <summary>Why the reader could not be made to run; null where it was, or where that is still under way.</summary>
        public string? Failure { get; init; }

        /// <summary>False while a deployment is under way, or a seed run that holds the reader.</summary>
        public bool IsSettled { get; init; } = true;

        /// <summary>Whether it should be running now, and can be waited for.</summary>
        public bool IsWantedRunning => IsSettled && Failure is null && Stopped is null;
    }
}
