using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>How functions are declared: a name, a description, then each signature with its code.</summary>
/// <param name="name">The name in upper case.</param>
/// <param name="kind">Scalar, aggregate or table function.</param>
/// <param name="category">The family.</param>
/// <param name="description">One or two sentences.</param>
public sealed class FunctionBuilder(string name, FunctionKind kind, string category, string description)
{
    private readonly ImmutableArray<FunctionInfo.Overload>.Builder _overloads = ImmutableArray.CreateBuilder<FunctionInfo.Overload>();

    internal string Name { get; } = name;

    internal string Spelling { get; private set; } = name;

    internal FunctionKind Kind { get; } = kind;

    internal string Category { get; } = category;

    internal string Description { get; } = description;

    internal bool IsDeterministic { get; private set; } = true;

    /// <summary>A scalar function of a family.</summary>
    public static FunctionBuilder Scalar(string name, string category, string description) =>
        new(name, FunctionKind.Scalar, category, description);

    /// <summary>The finished function.</summary>
    public static implicit operator FunctionInfo(FunctionBuilder builder) => builder.Build();

    /// <summary>How ksqlDB spells the name where it registers it.</summary>
    public FunctionBuilder Spelled(string spelling)
    {
        Spelling = spelling;
        return this;
    }

    /// <summary>An overload that gives NULL as soon as an argument is NULL.</summary>
    public FunctionBuilder On(string signature, ScalarBody body) => OnBound(signature, _ => WithoutNulls(body));

    /// <summary>An overload that wants to see NULL arguments itself.</summary>
    public FunctionBuilder OnNulls(string signature, ScalarBody body) => OnBound(signature, _ => body);

    /// <summary>An overload whose code depends on the argument types or on services, or keeps a cache per call site.</summary>
    public FunctionBuilder OnBound(
        string signature,
        Func<FunctionBinding, ScalarBody> implementation,
        Func<ImmutableArray<SqlType?>, SqlType?>? returns = null) =>
        Add(new FunctionInfo.Overload(SignatureParser.Parse(signature), returns) { Scalar = implementation });

    /// <summary>An overload of an aggregate.</summary>
    public FunctionBuilder OnAggregate(
        string signature,
        Func<AggregateBinding, AggregateBody> implementation,
        Func<ImmutableArray<SqlType?>, SqlType?>? returns = null) =>
        Add(new FunctionInfo.Overload(SignatureParser.Parse(signature), returns) { Aggregate = implementation });

    /// <summary>An overload of a table function.</summary>
    public FunctionBuilder OnTable(string signature, TableBody body, Func<ImmutableArray<SqlType?>, SqlType?>? returns = null) =>
        Add(new FunctionInfo.Overload(SignatureParser.Parse(signature), returns) { Table = _ => body });

    /// <summary>The same arguments may give another result.</summary>
    public FunctionBuilder NotDeterministic()
    {
        IsDeterministic = false;
        return this;
    }

    /// <summary>Wraps code so that a NULL argument gives NULL.</summary>
    public static ScalarBody WithoutNulls(ScalarBody body) => arguments =>
    {
        foreach (var argument in arguments)
        {
            if (argument is null)
            {
                return null;
            }
        }

        return body(arguments);
    };

    /// <summary>The finished function.</summary>
    public FunctionInfo Build() => new(this, _overloads.ToImmutable());

    private FunctionBuilder Add(FunctionInfo.Overload overload)
    {
        _overloads.Add(overload);
        return this;
    }
}
