using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>A function of the catalogue: documentation, signatures and overload resolution.</summary>
public sealed class FunctionInfo
{
    private readonly ImmutableArray<Overload> _overloads;

    internal FunctionInfo(FunctionBuilder builder, ImmutableArray<Overload> overloads)
    {
        Name = builder.Name;
        Spelling = builder.Spelling;
        Kind = builder.Kind;
        Category = builder.Category;
        Description = builder.Description;
        IsDeterministic = builder.IsDeterministic;
        _overloads = overloads;
        Signatures = [.. overloads.Select(o => o.Signature)];
    }

    /// <summary>The name in upper case.</summary>
    public string Name { get; }

    /// <summary>The name as ksqlDB registers it, which its messages show.</summary>
    public string Spelling { get; }

    /// <summary>Scalar, aggregate or table function.</summary>
    public FunctionKind Kind { get; }

    /// <summary>The family, for grouping in documentation ("STRING", "DATE / TIME").</summary>
    public string Category { get; }

    /// <summary>One or two sentences.</summary>
    public string Description { get; }

    /// <summary>False where the same arguments may give another result the next time (clock, randomness).</summary>
    public bool IsDeterministic { get; }

    /// <summary>All ways to call it.</summary>
    public ImmutableArray<FunctionSignature> Signatures { get; }

    /// <summary>Chooses the overload for a call without lambdas and intervals; a null type is the NULL literal. Null: none fits.</summary>
    public ScalarFunction? Resolve(IEnumerable<SqlType?> argumentTypes) => Resolve([.. argumentTypes.Select(FunctionArgument.Of)]);

    /// <summary>Chooses the overload for a call of a scalar function; null when none fits.</summary>
    public ScalarFunction? Resolve(IReadOnlyList<FunctionArgument> arguments) =>
        Find(arguments) is { Overload.Scalar: { } body } found
            ? new ScalarFunction(this, found.Overload.Signature, found.ParameterTypes, found.Type!, body)
            : null;

    /// <summary>The type a call gives, whatever the kind of function; null when no overload fits.</summary>
    public SqlType? ResolveType(IReadOnlyList<FunctionArgument> arguments) => Find(arguments).Type;

    /// <summary>
    /// Chooses the overload for a call as ksqlDB does: those that take the arguments as they are come first, then (scalar functions only)
    /// those that take them with implicit casts; of several, one without variable arguments, then the one with more parameters, then the
    /// one with fewer type variables; else the call is ambiguous.
    /// </summary>
    internal OverloadResult Find(IReadOnlyList<FunctionArgument> arguments)
    {
        var exact = Find(arguments, casts: false);
        return exact.Outcome == OverloadOutcome.NoMatch && Kind == FunctionKind.Scalar ? Find(arguments, casts: true) : exact;
    }

    private OverloadResult Find(IReadOnlyList<FunctionArgument> arguments, bool casts)
    {
        var best = OverloadResult.NoMatch;
        var tied = false;
        foreach (var overload in _overloads)
        {
            if (SignatureMatch.Try(overload.Signature, arguments, casts) is not { } match
                || (overload.Returns is null ? match.ReturnType : overload.Returns(match.ParameterTypes)) is not { } type)
            {
                continue;
            }

            var order = best.Overload is null ? 1 : Compare(overload.Signature, best.Overload.Signature);
            if (order > 0)
            {
                (best, tied) = (new OverloadResult(OverloadOutcome.Found, overload, match.ParameterTypes, type), false);
            }
            else
            {
                tied |= order == 0;
            }
        }

        return tied ? OverloadResult.Ambiguous : best;
    }

    private static int Compare(FunctionSignature left, FunctionSignature right)
    {
        var order = right.IsVariadic.CompareTo(left.IsVariadic);
        order = order != 0 ? order : left.Parameters.Length.CompareTo(right.Parameters.Length);
        return order != 0 ? order : right.GenericCount.CompareTo(left.GenericCount);
    }

    /// <summary>A signature with its code, which depends on the kind of function.</summary>
    /// <param name="Signature">The signature.</param>
    /// <param name="Returns">Computes the type where the signature alone cannot.</param>
    internal sealed record Overload(FunctionSignature Signature, Func<ImmutableArray<SqlType?>, SqlType?>? Returns)
    {
        /// <summary>The code of a scalar function.</summary>
        public Func<FunctionBinding, ScalarBody>? Scalar { get; init; }

        /// <summary>The code of an aggregate.</summary>
        public Func<AggregateBinding, AggregateBody>? Aggregate { get; init; }

        /// <summary>The code of a table function: the rows of one call, each one value.</summary>
        public Func<FunctionBinding, TableBody>? Table { get; init; }
    }
}
