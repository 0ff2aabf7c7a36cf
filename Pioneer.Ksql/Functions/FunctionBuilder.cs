using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>How the families declare their functions: a name, a description, then each signature with its code.</summary>
internal sealed class FunctionBuilder(string name, FunctionKind kind, string category, string description)
{
    private readonly ImmutableArray<FunctionInfo.Overload>.Builder _overloads = ImmutableArray.CreateBuilder<FunctionInfo.Overload>();
    private bool _deterministic = true;

    /// <summary>A scalar function of a family.</summary>
    public static FunctionBuilder Scalar(string name, string category, string description) =>
        new(name, FunctionKind.Scalar, category, description);

    public static implicit operator FunctionInfo(FunctionBuilder builder) => builder.Build();

    /// <summary>An overload that gives NULL as soon as an argument is NULL.</summary>
    public FunctionBuilder On(string signature, ScalarBody body) => OnBound(signature, _ => WithoutNulls(body));

    /// <summary>An overload that wants to see NULL arguments itself.</summary>
    public FunctionBuilder OnNulls(string signature, ScalarBody body) => OnBound(signature, _ => body);

    /// <summary>An overload whose code depends on the argument types or on services, or keeps a cache per call site.</summary>
    public FunctionBuilder OnBound(
        string signature,
        Func<FunctionBinding, ScalarBody> implementation,
        Func<ImmutableArray<SqlType?>, SqlType?>? returns = null) => Add(signature, implementation, returns);

    /// <summary>A signature without code of its own (aggregates and table functions are run by operators, not by expressions).</summary>
    public FunctionBuilder Declares(string signature, Func<ImmutableArray<SqlType?>, SqlType?>? returns = null) => Add(signature, null, returns);

    /// <summary>The same arguments may give another result.</summary>
    public FunctionBuilder NotDeterministic()
    {
        _deterministic = false;
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

    public FunctionInfo Build() => new(name, kind, category, description, _deterministic, _overloads.ToImmutable());

    private FunctionBuilder Add(
        string signature,
        Func<FunctionBinding, ScalarBody>? implementation,
        Func<ImmutableArray<SqlType?>, SqlType?>? returns)
    {
        _overloads.Add(new FunctionInfo.Overload(SignatureParser.Parse(signature), implementation, returns));
        return this;
    }
}
