using System.Collections.Immutable;

namespace Pioneer.Ksql.Functions;

/// <summary>
/// One parameter as documentation shows it: <c>ARRAY&lt;T&gt; left</c>. The last variadic one takes any number of arguments.
/// </summary>
public sealed record FunctionParameter
{
    internal FunctionParameter(TypePattern pattern, string name, bool isVariadic, bool isLiteral) =>
        (Pattern, Name, IsVariadic, IsLiteral) = (pattern, name, isVariadic, isLiteral);

    /// <summary>The name in the documentation; may be empty.</summary>
    public string Name { get; }

    /// <summary>Takes zero or more arguments.</summary>
    public bool IsVariadic { get; }

    /// <summary>Takes a constant only: it configures an aggregate and is no column.</summary>
    public bool IsLiteral { get; }

    /// <summary>The type as documentation spells it.</summary>
    public string Type => Pattern.ToString()!;

    internal TypePattern Pattern { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Type}{(IsVariadic ? "[]" : string.Empty)}{(Name.Length > 0 ? " " + Name : string.Empty)}";
}

/// <summary>One way to call a function.</summary>
public sealed record FunctionSignature
{
    internal FunctionSignature(ImmutableArray<FunctionParameter> parameters, TypePattern result) =>
        (Parameters, Result) = (parameters, result);

    /// <summary>Parameters in order.</summary>
    public ImmutableArray<FunctionParameter> Parameters { get; }

    /// <summary>The result's type as documentation spells it.</summary>
    public string ReturnType => Result.ToString()!;

    internal TypePattern Result { get; }

    /// <summary>Takes more arguments than it has parameters.</summary>
    public bool IsVariadic => Parameters.Any(p => p.IsVariadic);

    /// <inheritdoc/>
    public override string ToString() => $"({string.Join(", ", Parameters)}) -> {ReturnType}";

    /// <summary>
    /// The parameter that the argument at <paramref name="index"/> of <paramref name="count"/> meets; null when the count is wrong.
    /// </summary>
    internal FunctionParameter? ParameterFor(int index, int count)
    {
        var variadic = -1;
        for (var i = 0; i < Parameters.Length; i++)
        {
            variadic = Parameters[i].IsVariadic ? i : variadic;
        }

        if (variadic < 0)
        {
            return count == Parameters.Length ? Parameters[index] : null;
        }

        var after = Parameters.Length - variadic - 1;
        if (count < variadic + after)
        {
            return null;
        }

        return index < variadic ? Parameters[index]
            : index >= count - after ? Parameters[Parameters.Length - (count - index)]
            : Parameters[variadic];
    }

    /// <summary>How many type variables it has: of two overloads that fit, the one with fewer is taken.</summary>
    internal int GenericCount => Parameters.Count(p => IsGeneric(p.Pattern));

    private static bool IsGeneric(TypePattern pattern) => pattern switch
    {
        TypePattern.Variable or TypePattern.Anything => true,
        TypePattern.ArrayOf array => IsGeneric(array.Element),
        TypePattern.MapOf map => IsGeneric(map.Key) || IsGeneric(map.Value),
        TypePattern.LambdaOf lambda => IsGeneric(lambda.Result) || lambda.Parameters.Any(IsGeneric),
        _ => false,
    };

    internal bool TakesCount(int count) => IsVariadic ? count >= Parameters.Length - 1 : count == Parameters.Length;
}
