using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>How the search for the overload of a call ended.</summary>
internal enum OverloadOutcome
{
    /// <summary>One overload fits best.</summary>
    Found,

    /// <summary>None takes the arguments.</summary>
    NoMatch,

    /// <summary>Several take them equally well.</summary>
    Ambiguous,
}

/// <summary>The overload for a call, or why there is none.</summary>
/// <param name="Outcome">Whether there is one.</param>
/// <param name="Overload">The overload; null unless found.</param>
/// <param name="ParameterTypes">What each argument is cast to; null where it is left as it is.</param>
/// <param name="Type">The type of the result; null unless found.</param>
internal sealed record OverloadResult(
    OverloadOutcome Outcome,
    FunctionInfo.Overload? Overload,
    ImmutableArray<SqlType?> ParameterTypes,
    SqlType? Type)
{
    /// <summary>No overload takes the arguments.</summary>
    public static OverloadResult NoMatch { get; } = new(OverloadOutcome.NoMatch, null, [], null);

    /// <summary>Several overloads take the arguments equally well.</summary>
    public static OverloadResult Ambiguous { get; } = new(OverloadOutcome.Ambiguous, null, [], null);
}
