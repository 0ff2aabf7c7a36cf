using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;
using Code = System.Func<Pioneer.Ksql.Evaluation.EvaluationFrame, object?>;

namespace Pioneer.Ksql.Evaluation;

/// <summary>
/// Turns a bound expression into delegates. Nulls follow ksqlDB: a comparison with NULL is false, arithmetic and accessors on NULL
/// are NULL, and a NULL where a condition is needed makes the enclosing AND, OR, NOT or CASE NULL (ksqlDB fails the expression
/// there, which ends in NULL as well). AND, OR and CASE evaluate no more than they need.
/// </summary>
public sealed class ExpressionCompiler
{
    private readonly FunctionServices _services;
    private int _slots;

    private ExpressionCompiler(FunctionServices services) => _services = services;

    /// <summary>Compiles an expression; the result is for one thread at a time.</summary>
    public static CompiledExpression Compile(BoundExpression expression, FunctionServices services)
    {
        ArgumentNullException.ThrowIfNull(expression);
        ArgumentNullException.ThrowIfNull(services);
        var compiler = new ExpressionCompiler(services);
        var code = compiler.Emit(expression);
        return new CompiledExpression(code, compiler._slots, expression.Type);
    }

    private Code Emit(BoundExpression expression)
    {
        switch (expression)
        {
            case BoundLiteral literal:
                var constant = literal.Value;
                return _ => constant;
            case BoundColumn column:
                var index = column.Index;
                return f => f.Row[index];
            case BoundLambdaParameter parameter:
                return EmitParameter(parameter);
            case BoundNegation negation:
                return EmitNegation(negation);
            case BoundArithmetic arithmetic:
                return Lift(Emit(arithmetic.Left), Emit(arithmetic.Right), Arithmetic.For(arithmetic.Operator, arithmetic.Type!));
            case BoundComparison comparison:
                return EmitComparison(comparison);
            case BoundLogical logical:
                return EmitLogical(logical);
            case BoundNot not:
                var negated = Emit(not.Operand);
                return f => negated(f) is bool b ? !b : null;
            case BoundBetween or BoundIn or BoundLike or BoundIsNull:
                return EmitPredicate(expression);
            case BoundCase @case:
                return EmitCase(@case);
            case BoundSimpleCase @case:
                return EmitSimpleCase(@case);
            case BoundCast cast:
                return EmitCast(cast);
            case BoundCall call:
                return EmitCall(call);
            case BoundLambda lambda:
                return EmitLambda(lambda);
            case BoundIntervalUnit unit:
                var text = unit.Text;
                return _ => text;
            default:
                return EmitContainer(expression);
        }
    }

    private static Code Lift(Code left, Code right, Func<object, object, object?> operation) => f =>
    {
        var a = left(f);
        var b = a is null ? null : right(f);
        return b is null ? null : operation(a!, b);
    };

    private Code EmitParameter(BoundLambdaParameter parameter)
    {
        var slot = parameter.Slot;
        _slots = Math.Max(_slots, slot + 1);
        return f => f.Slots[slot];
    }

    private Code EmitNegation(BoundNegation negation)
    {
        var operand = Emit(negation.Operand);
        return f => operand(f) switch
        {
            null => null,
            int i => unchecked(-i),
            long l => unchecked(-l),
            double d => -d,
            BigDecimal d => -d,
            var other => throw new InvalidOperationException($"{other.GetType().Name} cannot be negated"),
        };
    }

    private Code EmitComparison(BoundComparison comparison)
    {
        var (left, right) = (Emit(comparison.Left), Emit(comparison.Right));
        var values = SqlValueComparer.Instance;
        switch (comparison.Operator)
        {
            case ComparisonOperator.IsDistinctFrom:
                return f => !values.Equals(left(f), right(f));
            case ComparisonOperator.IsNotDistinctFrom:
                return f => values.Equals(left(f), right(f));
            case ComparisonOperator.Equal:
                return f => left(f) is { } a && right(f) is { } b && values.Equals(a, b);
            case ComparisonOperator.NotEqual:
                return f => left(f) is { } a && right(f) is { } b && !values.Equals(a, b);
            default:
                var holds = Ordering(comparison.Operator);
                return f => left(f) is { } a && right(f) is { } b && holds(values.Compare(a, b));
        }
    }

    private static Func<int, bool> Ordering(ComparisonOperator op) => op switch
    {
        ComparisonOperator.LessThan => c => c < 0,
        ComparisonOperator.LessThanOrEqual => c => c <= 0,
        ComparisonOperator.GreaterThan => c => c > 0,
        ComparisonOperator.GreaterThanOrEqual => c => c >= 0,
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "not an order"),
    };

    private Code EmitLogical(BoundLogical logical)
    {
        var operands = logical.Operands.Select(Emit).ToArray();
        var stopsAt = logical.Operator == LogicalOperator.Or;
        return f =>
        {
            foreach (var operand in operands)
            {
                if (operand(f) is not bool value)
                {
                    return null;
                }

                if (value == stopsAt)
                {
                    return stopsAt;
                }
            }

            return !stopsAt;
        };
    }

    private Code EmitPredicate(BoundExpression expression)
    {
        var values = SqlValueComparer.Instance;
        switch (expression)
        {
            case BoundBetween between:
                var (operand, lower, upper) = (Emit(between.Operand), Emit(between.Lower), Emit(between.Upper));
                var outside = between.IsNegated;
                return f => outside != (operand(f) is { } x && lower(f) is { } low && upper(f) is { } high
                    && values.Compare(x, low) >= 0 && values.Compare(x, high) <= 0);
            case BoundIn @in:
                var (searched, candidates, absent) = (Emit(@in.Operand), @in.Values.Select(Emit).ToArray(), @in.IsNegated);
                return f => absent != (searched(f) is { } x && Array.Exists(candidates, c => c(f) is { } y && values.Equals(x, y)));
            case BoundLike like:
                var (text, pattern, unlike) = (Emit(like.Operand), Emit(like.Pattern), like.IsNegated);
                return f => unlike != (text(f) is string t && pattern(f) is string p && LikePattern.Matches(t, p, like.Escape));
            default:
                var isNull = (BoundIsNull)expression;
                var (tested, present) = (Emit(isNull.Operand), isNull.IsNegated);
                return f => tested(f) is null != present;
        }
    }

    private Code EmitCase(BoundCase @case)
    {
        var whens = @case.Whens.Select(w => (Condition: Emit(w.Condition), Result: Emit(w.Result))).ToArray();
        var otherwise = @case.Else is null ? _ => null : Emit(@case.Else);
        return f =>
        {
            foreach (var (condition, result) in whens)
            {
                switch (condition(f))
                {
                    case true:
                        return result(f);
                    case null:
                        return null;
                }
            }

            return otherwise(f);
        };
    }

    private Code EmitSimpleCase(BoundSimpleCase @case)
    {
        var operand = Emit(@case.Operand);
        var whens = @case.Whens.Select(w => (Value: Emit(w.Condition), Result: Emit(w.Result))).ToArray();
        var otherwise = @case.Else is null ? _ => null : Emit(@case.Else);
        return f =>
        {
            var tested = operand(f);
            foreach (var (value, result) in tested is null ? [] : whens)
            {
                if (value(f) is { } candidate && SqlValueComparer.Instance.Compare(tested, candidate) == 0)
                {
                    return result(f);
                }
            }

            return otherwise(f);
        };
    }

    private Code EmitCast(BoundCast cast)
    {
        if (cast.Operand.Type is not { } from)
        {
            return _ => null;
        }

        var convert = Casts.For(from, cast.Type!);
        if (cast.Operand is BoundLiteral { Value: { } value } && TryConvert(convert, value, out var constant))
        {
            return _ => constant;
        }

        var operand = Emit(cast.Operand);
        return f => operand(f) is { } x ? convert(x) : null;
    }

    /// <summary>Converts a constant once; one that cannot be converted fails when, and only if, it is reached.</summary>
    private static bool TryConvert(Func<object, object?> convert, object value, out object? constant)
    {
        try
        {
            constant = convert(value);
            return true;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            constant = null;
            return false;
        }
    }

    private Code EmitCall(BoundCall call)
    {
        var body = call.Function.Bind(_services);
        var arguments = call.Arguments.Select(Emit).ToArray();
        return f =>
        {
            var values = new object?[arguments.Length];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = arguments[i](f);
            }

            return body(values);
        };
    }

    private Code EmitLambda(BoundLambda lambda)
    {
        var slots = lambda.Parameters.Select(p => p.Slot).ToArray();
        _slots = Math.Max(_slots, slots.DefaultIfEmpty(-1).Max() + 1);
        var body = Emit(lambda.Body);
        return f => new ScalarBody(arguments =>
        {
            for (var i = 0; i < slots.Length; i++)
            {
                f.Slots[slots[i]] = arguments[i];
            }

            return body(f);
        });
    }

    private Code EmitContainer(BoundExpression expression)
    {
        switch (expression)
        {
            case BoundArrayElement element:
                return Lift(Emit(element.Array), Emit(element.Index), (a, i) => ElementAt((object?[])a, (int)i));
            case BoundMapValue value:
                return Lift(Emit(value.Map), Emit(value.Key), (m, k) => ((Dictionary<object, object?>)m).GetValueOrDefault(k));
            case BoundStructField field:
                var (record, at) = (Emit(field.Struct), field.FieldIndex);
                return f => record(f) is object?[] fields ? fields[at] : null;
            case BoundArray array:
                return EmitItems([.. array.Elements]);
            case BoundStruct @struct:
                return EmitItems([.. @struct.Fields]);
            case BoundMap map:
                return EmitMap(map);
            default:
                throw new NotSupportedException($"{expression.GetType().Name} is not an expression that rows can be evaluated over");
        }
    }

    private static object? ElementAt(object?[] items, int index)
    {
        var at = index > 0 ? index - 1 : items.Length + index;
        return at >= 0 && at < items.Length ? items[at] : null;
    }

    private Code EmitItems(BoundExpression[] items)
    {
        var codes = Array.ConvertAll(items, Emit);
        return f =>
        {
            var values = new object?[codes.Length];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = codes[i](f);
            }

            return values;
        };
    }

    private Code EmitMap(BoundMap map)
    {
        var entries = map.Entries.Select(e => (Key: Emit(e.Key), Value: Emit(e.Value))).ToArray();

        // A key that is NULL is spelled so wherever a map is written.
        var missing = map.MapType.Key.BaseType == SqlBaseType.String ? "null" : null;
        return f =>
        {
            var result = new Dictionary<object, object?>(entries.Length);
            foreach (var (key, value) in entries)
            {
                result[key(f) ?? missing ?? throw new InvalidOperationException("A key of a MAP is NULL")] = value(f);
            }

            return result;
        };
    }
}
