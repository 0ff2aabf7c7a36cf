using System.Collections.Immutable;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

// Calls: which function, which of its overloads, what becomes of the arguments.
internal sealed partial class ExpressionBinder
{
    private BoundExpression? BindCall(FunctionCall call)
    {
        var function = options.Functions.Find(call.Name.Text);
        var allowed = function?.Kind switch
        {
            null => false,
            FunctionKind.Aggregate => Calls == CallsAllowed.Aggregates,
            FunctionKind.Table => Calls == CallsAllowed.TableFunctions,
            _ => true,
        };
        if (BindArguments(call, function) is not { } arguments)
        {
            return function is null ? UnknownFunction(call) : null;
        }

        if (!allowed)
        {
            return UnknownFunction(call);
        }

        var errors = diagnostics.Count;
        var found = call.IsStar
            ? OverloadResult.NoMatch
            : function!.Find([.. arguments.Select(a => a.ForResolution)]);
        if (found.Outcome != OverloadOutcome.Found)
        {
            // A lambda body that is wrong for every overload has said so already.
            return diagnostics.Count > errors || arguments.Any(a => a.Lambda is { HasFailed: true })
                ? ReportLambda(arguments)
                : NoOverload(call, function!, found.Outcome, arguments);
        }

        ImmutableArray<BoundExpression> bound = [.. arguments.Select((a, i) => a.Finish(found.ParameterTypes[i]))];
        return function!.Kind switch
        {
            FunctionKind.Aggregate => BindAggregate(call, new(function, found, Constants(call, found)), bound),
            FunctionKind.Table => new BoundTableCall(new TableFunction(function, found), bound),
            _ => new BoundCall(
                new ScalarFunction(function, found.Overload!.Signature, found.ParameterTypes, found.Type!, found.Overload.Scalar!), bound),
        };
    }

    private List<Argument>? BindArguments(FunctionCall call, FunctionInfo? function)
    {
        var wantsUnit = function?.Signatures.Any(s => s.Parameters.Any(p => p.Type == "INTERVALUNIT")) == true;
        List<Argument> arguments = [];
        foreach (var item in function is null ? [] : call.Arguments)
        {
            var argument = BindArgument(item, wantsUnit);
            if (argument is null)
            {
                return null;
            }

            arguments.Add(argument);
        }

        return function is null ? null : arguments;
    }

    private static ImmutableArray<object?> Constants(FunctionCall call, OverloadResult found)
    {
        var signature = found.Overload!.Signature;
        return
        [
            .. call.Arguments.Index()
                .Where(a => signature.ParameterFor(a.Index, call.Arguments.Count)!.IsLiteral)
                .Select(a => a.Item is Literal literal ? BindLiteral(literal).Value : null),
        ];
    }

    private BoundAggregateCall? BindAggregate(FunctionCall call, AggregateFunction function, ImmutableArray<BoundExpression> bound)
    {
        var signature = function.Signature;
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            if (signature.ParameterFor(i, call.Arguments.Count)!.IsLiteral && call.Arguments[i] is not Literal)
            {
                Error(
                    call.Arguments[i],
                    "NotALiteral",
                    $"Parameter {i + 1} passed to function {function.Info.Spelling} must be a literal constant, but was expression: "
                        + $"'{Print(call.Arguments[i])}'");
                return null;
            }
        }

        return new BoundAggregateCall(function, [.. bound.Where((_, i) => signature.ParameterFor(i, bound.Length)!.IsLiteral is false)]);
    }

    private BoundExpression? UnknownFunction(FunctionCall call)
    {
        if (call.Name.IsMissing)
        {
            return null;
        }

        var known = options.Functions.Find(call.Name.Text);
        var near = diagnostics.IsFull || known is not null
            ? null
            : EditDistance.Nearest(call.Name.Text, options.Functions.All.Select(f => f.Name));
        var hint = known switch
        {
            { Kind: FunctionKind.Aggregate } => $"{known.Name} is an aggregate: it can stand in the SELECT list and in HAVING.",
            { Kind: FunctionKind.Table } => $"{known.Name} is a table function: it can stand in the SELECT list.",
            _ => near is null ? null : $"Did you mean {near}?",
        };
        return Error(call.Name, "UnknownFunction", $"Can't find any functions with the name '{call.Name.Text}'", hint);
    }

    private BoundExpression? NoOverload(FunctionCall call, FunctionInfo function, OverloadOutcome outcome, List<Argument> arguments)
    {
        const string Ask = "For detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;";
        const string Cast = "Use CAST() to explicitly cast your parameters to one of the supported function calls.";
        var given = string.Join(", ", call.IsStar ? [] : arguments.Select(a => a.Shown));
        var calls = function.Signatures
            .Select(s => $"{function.Spelling}({string.Join(", ", s.Parameters)})")
            .Order(StringComparer.Ordinal);
        var lines = string.Join('\n', calls);
        var valid = string.Join(
            "; ", function.Signatures.Take(8).Select(s => $"{function.Name}({string.Join(", ", s.Parameters.Select(Short))})"));
        return outcome == OverloadOutcome.Ambiguous
            ? Error(
                call,
                "AmbiguousCall",
                $"Function '{function.Spelling}' cannot be resolved due to ambiguous method parameters ({given}).",
                $"CAST the arguments to fit one of: {valid}",
                $"\n{Cast}\nValid function calls are:\n{lines}\n{Ask}")
            : Error(
                call,
                "WrongArguments",
                $"Function '{function.Spelling}' does not accept parameters ({given}).",
                $"Valid alternatives are: {valid}",
                $"\nValid alternatives are:\n{lines}\n{Ask}");
    }

    private static string Short(FunctionParameter parameter) => parameter.Type + (parameter.IsVariadic ? "..." : "");

    private Argument? BindArgument(Expression syntax, bool wantsUnit)
    {
        switch (syntax)
        {
            case LambdaExpression lambda:
                return BindLambdaArgument(lambda);
            case IntervalUnitExpression unit:
                var written = new BoundIntervalUnit(unit.Unit) { Span = unit.Span };
                return new Argument(FunctionArgument.IntervalUnit, written, null, "INTERVALUNIT");
            case ColumnReference { Source: null } name
                when wantsUnit && SingularUnit(name.Name.Text) is { } unit && IndexOf(name.Name.Text) < 0:
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

    // A body is bound up to twice a level (once to resolve the overload, once to report), so the work doubles with each.
    private const int MaxLambdaNesting = 8;

    private Argument? BindLambdaArgument(LambdaExpression lambda)
    {
        if (_lambdas.Count >= MaxLambdaNesting)
        {
            Error(lambda, "NestedTooDeeply", $"Lambdas are nested too deeply: at most {MaxLambdaNesting} levels.");
            return null;
        }

        foreach (var parameter in lambda.Parameters)
        {
            if (IndexOf(parameter.Text) >= 0)
            {
                Error(parameter, "LambdaNameTaken", $"Lambda function argument can't be a column name: {parameter.Text}");
                return null;
            }

            if (FindLambdaParameter(parameter.Text) is not null || lambda.Parameters.Count(p => p.Text == parameter.Text) > 1)
            {
                Error(
                    parameter,
                    "LambdaNameTaken",
                    "Reusing lambda arguments in nested lambda is not allowed",
                    $"Give {parameter.Text} another name.");
                return null;
            }
        }

        var binding = new LambdaBinding(this, lambda);
        var shown = $"LAMBDA({lambda.Parameters.Count})";
        return new Argument(new FunctionArgument.Lambda(lambda.Parameters.Count, binding.ReturnType), null, binding, shown);
    }

    private ExpressionBinder Silent() => new(columns, options, new DiagnosticBag(new LineMap(""))) { Calls = Calls };

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
            var silent = binder.Silent();
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
