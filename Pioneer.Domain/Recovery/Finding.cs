using System.Collections.Immutable;

namespace Pioneer.Domain.Recovery;

/// <summary>Something that is not as it should be, as the last look showed it.</summary>
/// <param name="Subject">The thing: a connector, topic, query, source or broker.</param>
/// <param name="Title">For people, in a few words; names no tenant but those it touches.</param>
/// <param name="Reason">What was seen. May name addresses, so it is for the platform's people.</param>
/// <param name="Tenants">Slugs of the tenants whose records it touches.</param>
public sealed record Finding(Scenario Scenario, string Subject, string Title, string Reason, ImmutableArray<string> Tenants)
{
    /// <summary>Since when it has been so: where whoever found it does not say, since it was first seen without a break. The thing itself may be older.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>A connector gets no answer from its source; where the source itself is found to be away, that says all.</summary>
    public bool IsSilence { get; init; }

    /// <summary>Whether it needs no second round to be told: the worker itself says so, and has said it for seconds.</summary>
    public bool IsToldAtOnce { get; init; }

    /// <summary>The ksqlDB service that told it of a query, empty where none did. While that does not answer nothing new is known of it.</summary>
    public string Service { get; init; } = "";

    /// <summary>What makes it the same finding in the next look.</summary>
    public (string Scenario, string Subject) Key => (Scenario.Number, Subject);
}
