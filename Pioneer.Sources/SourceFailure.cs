namespace Pioneer.Sources;

/// <summary>What kind of failure it is, for whoever decides whether to try again.</summary>
public enum SourceFailureKind
{
    /// <summary>Nothing answers there, the connection broke, or the server starts or stops.</summary>
    Unreachable,

    /// <summary>The source answers and does not let the user in, or does not let it read.</summary>
    Refused,

    /// <summary>The statement does not fit what is there: a table or column is gone, a value cannot be computed.</summary>
    QueryFailed,

    /// <summary>The query took longer than its limit.</summary>
    TimeLimit,

    /// <summary>Locked or short of something for a moment.</summary>
    Busy,
}

/// <summary>A driver's exception, judged by the dialect that knows its codes.</summary>
/// <param name="Code">SQLSTATE, or SQLite's result code; null where there is none.</param>
/// <param name="JavaName">
/// The class that JDBC has for it: by SQLSTATE's class, as the standard says. Traces of the real connector carry such names, and ours the same, so
/// that one reading of a trace serves both.
/// </param>
/// <param name="Message">The database's own words.</param>
public sealed record SourceFailure(SourceFailureKind Kind, string? Code, string JavaName, string Message)
{
    /// <summary>Whether it may pass by itself; otherwise the same would fail again until a person mends something.</summary>
    public bool Passes => Kind is SourceFailureKind.Unreachable or SourceFailureKind.Busy;
}
