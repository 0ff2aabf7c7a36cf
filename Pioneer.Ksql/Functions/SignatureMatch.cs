using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>Fits the arguments of a call to one signature, binding its type variables and counting what it costs in casts.</summary>
internal sealed class SignatureMatch
{
    private const int VariadicCost = 1000;
    private const int GenericCost = 100;
    private readonly Dictionary<string, SqlType> _variables = new(StringComparer.Ordinal);
    private readonly SqlType?[] _types;
    private int _cost;

    private SignatureMatch(int count) => _types = new SqlType?[count];

    /// <summary>Smaller is closer to what was written.</summary>
    public int Cost => _cost;

    /// <summary>The result's type; for signatures whose type is computed, null.</summary>
    public SqlType? ReturnType { get; private set; }

    /// <summary>What each argument is cast to before the call; null for intervals and lambdas.</summary>
    public ImmutableArray<SqlType?> ParameterTypes => ImmutableArray.Create(_types);

    public static SignatureMatch? Try(FunctionSignature signature, IReadOnlyList<FunctionArgument> arguments)
    {
        if (!signature.TakesCount(arguments.Count))
        {
            return null;
        }

        var match = new SignatureMatch(arguments.Count) { _cost = signature.IsVariadic ? VariadicCost : 0 };
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
        FunctionArgument.Typed typed => FitType(pattern, typed.Type, top: true),
        _ => false,
    };

    private bool FitType(TypePattern pattern, SqlType type, bool top)
    {
        switch (pattern)
        {
            case TypePattern.Exact exact:
                return exact.Type == type || (top && Casts(type, exact.Type));
            case TypePattern.AnyDecimal:
                _cost += type is SqlDecimal ? 0 : 20;
                return type is SqlDecimal || (top && type.BaseType is SqlBaseType.Integer or SqlBaseType.Bigint);
            case TypePattern.Anything:
                _cost += GenericCost;
                return true;
            case TypePattern.ArrayOf array:
                return type is SqlArray a && FitType(array.Element, a.Element, top: false);
            case TypePattern.MapOf map:
                return type is SqlMap m && FitType(map.Key, m.Key, top: false) && FitType(map.Value, m.Value, top: false);
            case TypePattern.Variable variable:
                _cost += GenericCost;
                return Bind(variable.Name, type, widen: top);
            default:
                return false;
        }
    }

    private bool Casts(SqlType from, SqlType to)
    {
        if (!SqlTypeCoercion.CanImplicitlyCast(from, to))
        {
            return false;
        }

        _cost += 10 * (to.BaseType - from.BaseType);
        return true;
    }

    private bool Bind(string name, SqlType type, bool widen)
    {
        if (!_variables.TryGetValue(name, out var bound))
        {
            _variables[name] = type;
            return true;
        }

        if (bound == type)
        {
            return true;
        }

        var common = widen ? SqlTypeCoercion.Common(bound, type) : null;
        if (common is null)
        {
            return false;
        }

        _variables[name] = common;
        return true;
    }

    private bool FitLambda(TypePattern.LambdaOf pattern, FunctionArgument.Lambda lambda)
    {
        var parameters = pattern.Parameters.Select(Substitute).ToImmutableArray();
        if (parameters.Any(p => p is null) || lambda.ReturnType(parameters!) is not { } result)
        {
            return false;
        }

        return FitType(pattern.Result, result, top: true);
    }

    private SqlType? Materialise(TypePattern pattern, FunctionArgument argument) => pattern switch
    {
        TypePattern.AnyDecimal or TypePattern.Anything => argument is FunctionArgument.Typed typed
            ? pattern is TypePattern.AnyDecimal ? DecimalRules.ToDecimal(typed.Type) : typed.Type
            : null,
        _ => Substitute(pattern),
    };

    private SqlType? Substitute(TypePattern pattern) => pattern switch
    {
        TypePattern.Exact exact => exact.Type,
        TypePattern.Variable variable => _variables.GetValueOrDefault(variable.Name),
        TypePattern.ArrayOf array => Substitute(array.Element) is { } element ? SqlType.Array(element) : null,
        TypePattern.MapOf map => Substitute(map.Key) is { } key && Substitute(map.Value) is { } value ? SqlType.Map(key, value) : null,
        _ => null,
    };
}
