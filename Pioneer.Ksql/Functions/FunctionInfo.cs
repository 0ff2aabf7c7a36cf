using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>A function of the catalogue: documentation, signatures and overload resolution.</summary>
public sealed class FunctionInfo
{
    private readonly ImmutableArray<Overload> _overloads;

    internal FunctionInfo(string name, FunctionKind kind, string category, string description, bool deterministic, ImmutableArray<Overload> overloads)
    {
        Name = name;
        Kind = kind;
        Category = category;
        Description = description;
        IsDeterministic = deterministic;
        _overloads = overloads;
        Signatures = [.. overloads.Select(o => o.Signature)];
    }

    /// <summary>The name in upper case.</summary>
    public string Name { get; }

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
        Best(arguments) is var (overload, match, type) && overload.Implementation is { } implementation
            ? new ScalarFunction(this, overload.Signature, match.ParameterTypes, type, implementation)
            : null;

    /// <summary>The type a call gives, whatever the kind of function; null when no overload fits.</summary>
    public SqlType? ResolveType(IReadOnlyList<FunctionArgument> arguments) => Best(arguments)?.Type;

    private (Overload Overload, SignatureMatch Match, SqlType Type)? Best(IReadOnlyList<FunctionArgument> arguments)
    {
        (Overload, SignatureMatch, SqlType)? best = null;
        var cost = int.MaxValue;
        foreach (var overload in _overloads)
        {
            var match = SignatureMatch.Try(overload.Signature, arguments);
            if (match is null || match.Cost >= cost)
            {
                continue;
            }

            var type = overload.Returns is null ? match.ReturnType : overload.Returns(match.ParameterTypes);
            if (type is not null)
            {
                (best, cost) = ((overload, match, type), match.Cost);
            }
        }

        return best;
    }

    /// <summary>A signature with its code. <paramref name="Returns"/> computes the type where the signature alone cannot.</summary>
    internal sealed record Overload(
        FunctionSignature Signature,
        Func<FunctionBinding, ScalarBody>? Implementation,
        Func<ImmutableArray<SqlType?>, SqlType?>? Returns);
}
