using System.Collections.Immutable;

namespace Pioneer.Ksql.Sandbox;

/// <summary>Whether the state from before a query existed can be sent through it and give what it would have given.</summary>
public enum Seedability
{
    /// <summary>It gives exactly the current state.</summary>
    Exact,

    /// <summary>It does, under the conditions that the reasons name.</summary>
    WithNote,

    /// <summary>It can't.</summary>
    Refused,
}

/// <summary>The verdict and what it rests on, each reason a sentence for the author.</summary>
public sealed record SeedabilityVerdict(Seedability Verdict, ImmutableArray<string> Reasons)
{
    /// <summary>For statements that have no rows to seed.</summary>
    public static SeedabilityVerdict NotAQuery { get; } = new(Seedability.Refused, ["The statement is no query."]);
}
