using System.Collections.Immutable;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

// Arrays, maps, structs, calls and lambdas.
internal sealed partial class ExpressionBinder
{
    // A body is bound up to twice a level (once to resolve the overload, once to report), so the work doubles with each.
    private const int MaxLambdaNesting = 8;

    private BoundArray? BindArray(ArrayExpression array)
    {
        if (array.Elements.Count == 0)
        {
            Error(array, "EmptyArray", "Array constructor cannot be empty. Please supply at least one element (see https://github.com/confluentinc/ksql/issues/4239).");
            return null;
        }

        var elements = array.Elements.Select(Bind).ToImmutableArray();
        if (elements.Contains(null))
        {
            return null;
        }

        const string AllNull = "Cannot construct an array with all NULL elements (see https://github.com/confluentinc/ksql/issues/4239). As a workaround, you may cast a NULL value to the desired type.";
        var type = CommonType(elements!, array.Elements, array, AllNull);
        return type is null ? null : new BoundArray([.. elements.Select(e => CastTo(e!, type))], SqlType.Array(type));
    }

    private BoundMap? BindMap(MapExpression map)
    {
        if (map.Entries.Count == 0)
        {
            Error(map, "EmptyMap", "Map constructor cannot be empty. Please supply at least one key value pair (see https://github.com/confluentinc/ksql/issues/4239).");
            return null;
        }

        var keys = map.Entries.Select(e => Bind(e.Key)).ToImmutableArray();
        var values = map.Entries.Select(e => Bind(e.Value)).ToImmutableArray();
        if (keys.Contains(null) || values.Contains(null))
        {
            return null;
        }

        var keyType = CommonType(keys!, [.. map.Entries.Select(e => e.Key)], map, "Cannot construct a map with all NULL keys");
        var valueType = CommonType(values!, [.. map.Entries.Select(e => e.Value)], map, "Cannot construct a map with all NULL values");
        return keyType is null || valueType is null
            ? null
            : new BoundMap([.. keys.Zip(values, (k, v) => new BoundMapEntry(CastTo(k!, keyType), CastTo(v!, valueType)))], SqlType.Map(keyType, valueType));
    }

    // The first value that is no NULL decides the family; text literals are read as that family.
    private SqlType? CommonType(ImmutableArray<BoundExpression> values, IReadOnlyList<Expression> syntax, Expression whole, string allNull)
    {
        SqlType? type = null;
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i].Type is not { } next)
            {
                continue;
            }

            if (type is not null && values[i] is BoundLiteral { Value: string text } && (type.IsNumeric || type.BaseType == SqlBaseType.Boolean))
            {
                next = CanRead(text, type) ? type : null;
                if (next is null)
                {
                    return InvalidInput(syntax[i], type, text);
                }
            }

            var common = type is null ? next : SqlTypeCoercion.Common(type, next);
            if (common is null)
            {
                Error(syntax[i], "MixedElements", $"operator does not exist: {type} = {next} ({Print(syntax[i])})", "All elements need one type: CAST them.");
                return null;
            }

            type = common;
        }

        if (type is null)
        {
            Error(whole, "AllNull", allNull);
        }

        return type;
    }

    private BoundStruct? BindStruct(StructExpression @struct)
    {
        if (@struct.Fields.Count == 0)
        {
            Error(@struct, "EmptyStruct", "Struct constructor cannot be empty.", "Give it at least one field.");
            return null;
        }

        if (@struct.Fields.DistinctBy(f => f.Name.Text).Count() < @struct.Fields.Count)
        {
            Error(@struct, "DuplicateField", "Duplicate field names found in STRUCT");
            return null;
        }

        var values = @struct.Fields.Select(f => Bind(f.Value)).ToImmutableArray();
        if (values.Contains(null))
        {
            return null;
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (values[i]!.Type is null)
            {
                Error(@struct.Fields[i].Value, "AllNull", "A field of a STRUCT can't be an untyped NULL.", "CAST the NULL to the wanted type.");
                return null;
            }
        }

        return new BoundStruct(values!, SqlType.Struct(@struct.Fields.Select((f, i) => new SqlField(f.Name.Text, values[i]!.Type!))));
    }

    private BoundExpression? BindCall(FunctionCall call)
    {
        var function = _functions.Find(call.Name.Text);
        if (function is null)
        {
            return UnknownFunction(call);
        }

        if (function.Kind != FunctionKind.Scalar)
        {
            var what = function.Kind == FunctionKind.Aggregate ? "Aggregate" : "Table";
            return Error(call, "NotSupportedYet", $"{what} functions such as {function.Name} are not supported yet by this release.");
        }

        var wantsUnit = function.Signatures.Any(s => s.Parameters.Any(p => p.Type == "INTERVALUNIT"));
        List<Argument> arguments = [];
        foreach (var syntax in call.Arguments)
        {
            var argument = BindArgument(syntax, wantsUnit);
            if (argument is null)
            {
                return null;
            }

            arguments.Add(argument);
        }

        var errors = _diagnostics.Count;
        var resolved = call.IsStar ? null : function.Resolve([.. arguments.Select(a => a.ForResolution)]);
        if (resolved is null)
        {
            // A lambda body that is wrong for every overload has said so already.
            return _diagnostics.Count > errors || arguments.Any(a => a.Lambda is { HasFailed: true }) ? ReportLambda(arguments) : WrongArguments(call, function, arguments);
        }

        return new BoundCall(resolved, [.. arguments.Select((a, i) => a.Finish(resolved.ParameterTypes[i]))]);
    }

    private BoundExpression? UnknownFunction(FunctionCall call)
    {
        if (call.Name.IsMissing)
        {
            return null;
        }

        var near = _diagnostics.IsFull ? null : EditDistance.Nearest(call.Name.Text, _functions.All.Select(f => f.Name));
        return Error(call.Name, "UnknownFunction", $"Can't find any functions with the name '{call.Name.Text}'", near is null ? null : $"Did you mean {near}?");
    }

    private BoundExpression? WrongArguments(FunctionCall call, FunctionInfo function, List<Argument> arguments)
    {
        var given = string.Join(", ", arguments.Select(a => a.Shown));
        var valid = string.Join("; ", function.Signatures.Take(8).Select(s => $"{function.Name}({string.Join(", ", s.Parameters.Select(p => p.Type + (p.IsVariadic ? "..." : "")))})"));
        return Error(call, "WrongArguments", $"Function '{call.Name.Text}' does not accept parameters ({given}).", $"Valid alternatives are: {valid}");
    }

    private Argument? BindArgument(Expression syntax, bool wantsUnit)
    {
        switch (syntax)
        {
            case LambdaExpression lambda:
                return BindLambdaArgument(lambda);
            case IntervalUnitExpression unit:
                return new Argument(FunctionArgument.IntervalUnit, new BoundIntervalUnit(unit.Unit) { Span = unit.Span }, null, "INTERVALUNIT");
            case ColumnReference { Source: null } name when wantsUnit && SingularUnit(name.Name.Text) is { } unit && _scope.IndexOf(name.Name.Text) < 0:
                return new Argument(FunctionArgument.IntervalUnit, new BoundIntervalUnit(unit) { Span = name.Span }, null, "INTERVALUNIT");
            default:
                var bound = Bind(syntax);
                return bound is null ? null : new Argument(FunctionArgument.Of(bound.Type), bound, null, Show(bound.Type));
        }
    }

    private static TimeUnit? SingularUnit(string name) => name switch
    {
        "DAY" => TimeUnit.Days,
        "HOUR" => TimeUnit.Hours,
        "MINUTE" => TimeUnit.Minutes,
        "SECOND" => TimeUnit.Seconds,
        _ => null,
    };

    private Argument? BindLambdaArgument(LambdaExpression lambda)
    {
        if (_lambdas.Count >= MaxLambdaNesting)
        {
            Error(lambda, "NestedTooDeeply", $"Lambdas are nested too deeply: at most {MaxLambdaNesting} levels.");
            return null;
        }

        foreach (var parameter in lambda.Parameters)
        {
            if (_scope.IndexOf(parameter.Text) >= 0)
            {
                Error(parameter, "LambdaNameTaken", $"Lambda function argument can't be a column name: {parameter.Text}");
                return null;
            }

            if (FindLambdaParameter(parameter.Text) is not null || lambda.Parameters.Count(p => p.Text == parameter.Text) > 1)
            {
                Error(parameter, "LambdaNameTaken", "Reusing lambda arguments in nested lambda is not allowed", $"Give {parameter.Text} another name.");
                return null;
            }
        }

        var binding = new LambdaBinding(this, lambda);
        var shown = $"LAMBDA({lambda.Parameters.Count})";
        return new Argument(new FunctionArgument.Lambda(lambda.Parameters.Count, binding.ReturnType), null, binding, shown);
    }

    private static BoundExpression? ReportLambda(List<Argument> arguments)
    {
        foreach (var argument in arguments)
        {
            argument.Lambda?.Report();
        }

        return null;
    }

    private sealed record Argument(FunctionArgument ForResolution, BoundExpression? Bound, LambdaBinding? Lambda, string Shown)
    {
        public BoundExpression Finish(SqlType? parameterType) => Lambda is not null
            ? Lambda.Result!
            : parameterType is null || Bound is BoundIntervalUnit ? Bound! : CastTo(Bound!, parameterType);
    }

    // Overload resolution asks for the type of a lambda's body once it knows those of its parameters; the last answer is the one it took,
    // since overloads that take lambdas differ in the other arguments.
    private sealed class LambdaBinding(ExpressionBinder binder, LambdaExpression syntax)
    {
        private ImmutableArray<SqlType> _failedWith;

        public BoundLambda? Result { get; private set; }

        public bool HasFailed => Result is null && !_failedWith.IsDefault;

        public SqlType? ReturnType(ImmutableArray<SqlType> parameterTypes)
        {
            var silent = new ExpressionBinder(binder._scope, new DiagnosticBag(new LineMap("")));
            var bound = Bind(silent, parameterTypes);
            if (bound?.Type is null)
            {
                _failedWith = parameterTypes;
                return null;
            }

            binder._nextSlot = silent._nextSlot;
            Result = bound;
            return bound.Type;
        }

        public void Report()
        {
            if (HasFailed)
            {
                Bind(binder, _failedWith);
            }
        }

        private BoundLambda? Bind(ExpressionBinder with, ImmutableArray<SqlType> parameterTypes)
        {
            with._clause = binder._clause;
            with._nextSlot = binder._nextSlot;
            if (with != binder)
            {
                foreach (var outer in binder._lambdas.Reverse())
                {
                    with._lambdas.Push(outer);
                }
            }

            var parameters = syntax.Parameters
                .Select((p, i) => new BoundLambdaParameter(with._nextSlot++, p.Text, parameterTypes[i]) { Span = p.Span })
                .ToImmutableArray();
            with._lambdas.Push(parameters);
            var body = with.Bind(syntax.Body);
            with._lambdas.Pop();
            return body is null ? null : new BoundLambda(parameters, body) { Span = syntax.Span };
        }
    }
}
