namespace Pioneer.Benchmarks.KsqlCases;

/// <summary>How a case went.</summary>
public enum CaseVerdict
{
    /// <summary>As ksqlDB does it.</summary>
    Passed,

    /// <summary>Otherwise.</summary>
    Failed,

    /// <summary>It takes what is not there yet.</summary>
    Skipped,
}

/// <summary>How a case went, and why.</summary>
/// <param name="Case">The case.</param>
/// <param name="Verdict">How it went.</param>
/// <param name="Reason">Why it did not pass; empty where it did.</param>
public sealed record CaseResult(KsqlCase Case, CaseVerdict Verdict, string Reason);
