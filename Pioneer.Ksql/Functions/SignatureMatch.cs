using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>
/// Fits the arguments of a call to one signature and binds its type variables. A variable stands for one type exactly; other parameters
/// take wider types than written only where casts are allowed.
/// </summary>
internal sealed class SignatureMatch
{
    private readonly Dictionary<string, SqlType> _variables = new(StringComparer.Ordinal);
    private readonly SqlType?[] _types;
    private readonly bool _casts;

    private SignatureMatch(int count, bool casts) => (_types, _casts) = (new SqlType?[count], casts);

    /// <summary>The result's type; for signatures whose type is computed, null.</summary>
    public SqlType? ReturnType { get; private set; }

    /// <summary>What each argument is cast to before the call; null for intervals and lambdas.</summary>
    public ImmutableArray<SqlType?> ParameterTypes => ImmutableArray.Create(_types);

    public static SignatureMatch? Try(FunctionSignature signature, IReadOnlyList<FunctionArgument> arguments, bool casts)
    {
        if (!signature.TakesCount(arguments.Count))
        {
            return null;
        }

        var match = new SignatureMatch(arguments.Count, casts);
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!match.FitPlain(signature.ParameterFor(i, arguments.Count)!.Pattern, arguments[i]))
            {
                return null;
            }
        }

        for (var i = 0; i < arguments.Count; i++)
        {
            var pattern = signature.ParameterFor(i, arguments.Count)!.Pattern;
            if (pattern is TypePattern.LambdaOf lambda)
            {
                if (!match.FitLambda(lambda, (FunctionArgument.Lambda)arguments[i]))
                {
                    return null;
                }
            }
            else
            {
                match._types[i] = match.Materialise(pattern, arguments[i]);
            }
        }

        match.ReturnType = match.Substitute(signature.Result);
        return match;
    }

    private bool FitPlain(TypePattern pattern, FunctionArgument argument) => argument switch
    {
        FunctionArgument.Lambda lambda => pattern is TypePattern.LambdaOf wanted && wanted.Parameters.Length == lambda.ParameterCount,
        FunctionArgument.IntervalUnitArgument => pattern is TypePattern.Interval,
        FunctionArgument.NullArgument => pattern is not (TypePattern.LambdaOf or TypePattern.Interval),
        FunctionArgument.Typed typed => FitType(pattern, typed.Type),
        _ => false,
    };

    private bool FitType(TypePattern pattern, SqlType type) => pattern switch
    {
        TypePattern.Exact exact => exact.Type == type || (_casts && CanPassAs(type, exact.Type)),
        TypePattern.AnyDecimal => type is SqlDecimal || (_casts && type.BaseType is SqlBaseType.Integer or SqlBaseType.Bigint),
        TypePattern.Anything => true,
        TypePattern.ArrayOf array => type is SqlArray a && FitType(array.Element, a.Element),
        TypePattern.MapOf map => type is SqlMap m && FitType(map.Key, m.Key) && FitType(map.Value, m.Value),
        TypePattern.Variable variable => Bind(variable.Name, type),
        _ => false,
    };

    // Texts are taken as times where times are wanted.
    private static bool CanPassAs(SqlType from, SqlType to) =>
        SqlTypeCoercion.CanImplicitlyCast(from, to) || (from.BaseType == SqlBaseType.String && to.IsTemporal);

    private bool Bind(string name, SqlType type)
    {
        if (_variables.TryGetValue(name, out var bound))
        {
            return bound == type;
        }

        _variables[name] = type;
        return true;
    }

    private bool FitLambda(TypePattern.LambdaOf pattern, FunctionArgument.Lambda lambda)
    {
        var parameters = pattern.Parameters.Select(Substitute).ToImmutableArray();
        return !parameters.Contains(null) && lambda.ReturnType(parameters!) is { } result && FitType(pattern.Result, result);
    }

    private SqlType? Materialise(TypePattern pattern, FunctionArgument argument) => pattern switch
    {
        TypePattern.AnyDecimal => argument is FunctionArgument.Typed typed ? DecimalRules.ToDecimal(typed.Type) : null,
        TypePattern.Anything => argument is FunctionArgument.Typed any ? any.Type : null,
        TypePattern.ArrayOf { Element: TypePattern.AnyDecimal } => argument is FunctionArgument.Typed array ? array.Type : null,
        _ => Substitute(pattern),
    };

    private SqlType? Substitute(TypePattern pattern) => pattern switch
    {
        TypePattern.Exact exact => exact.Type,
        TypePattern.Variable variable => _variables.GetValueOrDefault(variable.Name),
        TypePattern.ArrayOf array => Substitute(array.Element) is { } element ? SqlType.Array(element) : null,
        TypePattern.MapOf map =>
            Substitute(map.Key) is { } key && Substitute(map.Value) is { } value ? SqlType.Map(key, value) : null,
        _ => null,
    };
}
