using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

/// <summary>What calls besides those of scalar functions an expression may hold.</summary>
internal enum CallsAllowed
{
    /// <summary>None.</summary>
    Scalar,

    /// <summary>Aggregates: the types are checked before the query is taken apart into steps.</summary>
    Aggregates,

    /// <summary>Table functions, for the same reason.</summary>
    TableFunctions,
}

/// <summary>
/// Resolves names and checks types, one expression at a time, over the columns of a row. A method that returns null has said why.
/// </summary>
internal sealed partial class ExpressionBinder(ImmutableArray<Column> columns, AnalysisOptions options, DiagnosticBag diagnostics)
{
    private readonly Stack<ImmutableArray<BoundLambdaParameter>> _lambdas = new();
    private int _nextSlot;
    private string _clause = "SELECT";

    /// <summary>What calls are let through; such a call has a type, but cannot be evaluated.</summary>
    public CallsAllowed Calls { get; init; }

    /// <summary>Binds an expression of a clause.</summary>
    public BoundExpression? Bind(Expression expression, string clause)
    {
        _clause = clause;
        _nextSlot = 0;
        var bound = Bind(expression);
        if (bound is null && !diagnostics.HasErrors)
        {
            // Nothing may fall through in silence: what could not be bound is wrong.
            Error(expression, "NotUnderstood", $"{clause} expression can't be understood: {Print(expression)}");
        }

        return bound;
    }

    /// <summary>Binds an expression and casts it to a type where that needs no CAST; else it stays as it is.</summary>
    public static BoundExpression Coerce(BoundExpression expression, SqlType type) =>
        expression.Type is { } from && from != type && SqlTypeCoercion.CanImplicitlyCast(from, type)
            ? CastTo(expression, type) : expression;

    private static string Print(Expression expression) => ExpressionText.Of(expression);

    private static string Show(SqlType? type) => type?.ToString() ?? "null";

    private bool IsFilter => _clause is "WHERE" or "HAVING";

    // What is wrong with the types.
    private BoundExpression? Error(SyntaxNode node, string code, string message, string? hint = null, string? detail = null)
    {
        var text = IsFilter ? $"Error in {_clause} expression: {message}" : message;
        diagnostics.Error(code, node.Span, text, hint, detail is null ? null : text + detail);
        return null;
    }

    // What ksqlDB finds only when it makes code of the expression.
    private BoundExpression? CodeError(SyntaxNode node, string code, string message, string? hint = null)
    {
        diagnostics.Error(code, node.Span, message, hint, $"Invalid {CodeName}: {message}");
        return null;
    }

    private string CodeName => _clause switch
    {
        "WHERE" or "HAVING" => "Predicate",
        "GROUP BY" => "Group By",
        "PARTITION BY" => "SelectKey",
        "SELECT" => "Select",
        _ => "Expression",
    };

    private int IndexOf(string name)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    private BoundExpression? Bind(Expression expression)
    {
        var bound = expression switch
        {
            Literal literal => BindLiteral(literal),
            ColumnReference column => BindColumn(column),
            UnaryExpression unary => BindUnary(unary),
            BinaryExpression binary => BindBinary(binary),
            ComparisonExpression comparison => BindComparison(comparison),
            LogicalExpression logical => BindLogical(logical),
            NotExpression not => BindCondition(not.Operand) is { } operand ? new BoundNot(operand) : null,
            BetweenExpression between => BindBetween(between),
            InExpression membership => BindIn(membership),
            LikeExpression like => BindLike(like),
            IsNullExpression isNull => Bind(isNull.Operand) is { } operand ? new BoundIsNull(operand, isNull.IsNegated) : null,
            CaseExpression @case => BindCase(@case),
            CastExpression cast => BindCast(cast),
            SubscriptExpression subscript => BindSubscript(subscript),
            StructFieldExpression field => BindStructField(field),
            ArrayExpression array => BindArray(array),
            MapExpression map => BindMap(map),
            StructExpression @struct => BindStruct(@struct),
            FunctionCall call => BindCall(call),
            AtTimeZoneExpression => Error(expression, "NotSupported", "AT TIME ZONE is not supported.", "Use CONVERT_TZ(time, from, to)."),
            LambdaExpression => Error(expression, "MisplacedLambda", "A lambda can only be an argument of a function."),
            IntervalUnitExpression unit => Error(
                expression, "UnknownColumn", $"{unit.Unit.ToString().ToUpperInvariant()} can only be an argument of a function."),
            _ => null, // MissingExpression: the parser has said it
        };
        return bound is null || bound.Span == expression.Span ? bound : bound with { Span = expression.Span };
    }

    private static BoundLiteral BindLiteral(Literal literal) => literal switch
    {
        BooleanLiteral { Value: var value } => new BoundLiteral(value, SqlType.Boolean),
        IntegerLiteral { Value: >= int.MinValue and <= int.MaxValue } integer => new BoundLiteral((int)integer.Value, SqlType.Integer),
        IntegerLiteral { Value: var value } => new BoundLiteral(value, SqlType.Bigint),
        DecimalLiteral { Text: var text } => BindDecimal(text),
        DoubleLiteral { Value: var value } => new BoundLiteral(value, SqlType.Double),
        StringLiteral { Value: var value } => new BoundLiteral(value, SqlType.String),
        _ => new BoundLiteral(null, null),
    };

    // 0.05 has three digits to SQL (precision covers the scale), one to a big decimal.
    private static BoundLiteral BindDecimal(string text)
    {
        var value = BigDecimal.Parse(text);
        return new BoundLiteral(value, SqlType.Decimal(Math.Max(value.Precision, Math.Max(value.Scale, 1)), value.Scale));
    }

    private BoundExpression? BindColumn(ColumnReference column)
    {
        var name = column.Name.Text;
        if (column.Source is null && FindLambdaParameter(name) is { } parameter)
        {
            return parameter;
        }

        if (IndexOf(name) is var index and >= 0)
        {
            return new BoundColumn(index, name, columns[index].Type);
        }

        return column.Name.IsMissing || diagnostics.IsFull
            ? null
            : Error(column, "UnknownColumn", $"Unknown column {ExpressionText.Name(name)}.", NameHints.ForColumn(name, columns));
    }

    private BoundLambdaParameter? FindLambdaParameter(string name)
    {
        foreach (var parameters in _lambdas)
        {
            if (parameters.FirstOrDefault(p => p.Name == name) is { } parameter)
            {
                return parameter;
            }
        }

        return null;
    }

    // A condition must be a BOOLEAN; for operands of NOT, AND, OR and WHEN.
    private BoundExpression? BindCondition(Expression expression)
    {
        var bound = Bind(expression);
        if (bound is null || bound.Type == SqlType.Boolean)
        {
            return bound;
        }

        return Error(
            expression,
            "NotACondition",
            $"Should evaluate to boolean but is {Print(expression)} ({Show(bound.Type)}) instead.",
            "Compare it with something.");
    }

    /// <summary>Binds a condition.</summary>
    public BoundExpression? BindFilter(Expression expression, string clause)
    {
        var bound = Bind(expression, clause);
        if (bound is null || bound.Type == SqlType.Boolean)
        {
            return bound;
        }

        diagnostics.Error(
            "NotACondition",
            expression.Span,
            $"Type error in {clause} expression: Should evaluate to boolean but is {Print(expression)} ({Show(bound.Type)}) instead.",
            "Compare it with something.");
        return null;
    }

    private BoundLogical? BindLogical(LogicalExpression logical)
    {
        var operands = logical.Operands.Select(BindCondition).ToImmutableArray();
        return operands.Contains(null) ? null : new BoundLogical(logical.Operator, operands!);
    }

    private BoundExpression? BindCast(CastExpression cast)
    {
        var operand = Bind(cast.Operand);
        var type = TypeResolver.Resolve(cast.Type, options.Types, out var problem);
        if (type is null)
        {
            return problem is { } wrong ? Error(wrong.Node, "UnknownType", wrong.Message) : null;
        }

        if (operand is null)
        {
            return null;
        }

        if (operand.Type is null)
        {
            return new BoundLiteral(null, type);
        }

        return SqlTypeCoercion.CanCast(operand.Type, type)
            ? new BoundCast(operand, type)
            : CodeError(cast, "CannotCast", $"Cast of {operand.Type} to {type} is not supported");
    }

    private static BoundExpression CastTo(BoundExpression expression, SqlType type) => expression switch
    {
        _ when expression.Type == type => expression,
        BoundLiteral { Value: null } => new BoundLiteral(null, type) { Span = expression.Span },
        _ => new BoundCast(expression, type) { Span = expression.Span },
    };

    private BoundExpression? BindSubscript(SubscriptExpression subscript)
    {
        var operand = Bind(subscript.Operand);
        var index = Bind(subscript.Index);
        if (operand is null || index is null)
        {
            return null;
        }

        switch (operand.Type)
        {
            case SqlArray array when index.Type?.BaseType is SqlBaseType.Integer or SqlBaseType.Bigint:
                return new BoundArrayElement(operand, CastTo(index, SqlType.Integer), array.Element);
            case SqlArray:
                return Error(subscript.Index, "WrongIndexType", $"Array index must be an INTEGER, not {Show(index.Type)}.");
            case SqlMap map when index.Type is null || index.Type == map.Key || SqlTypeCoercion.CanImplicitlyCast(index.Type, map.Key):
                return new BoundMapValue(operand, CastTo(index, map.Key), map.Value);
            case SqlMap map:
                return Error(subscript.Index, "WrongIndexType", $"The keys of this map are {map.Key}, not {Show(index.Type)}.");
            default:
                return Error(
                    subscript,
                    "NotIndexable",
                    $"Subscript expression ({Print(subscript)}) do not apply to {Show(operand.Type)}.",
                    operand.Type is SqlStruct ? "Fields of a struct are read with ->." : "Only arrays and maps have elements.");
        }
    }

    private BoundExpression? BindStructField(StructFieldExpression field)
    {
        var operand = Bind(field.Operand);
        if (operand is null || field.Field.IsMissing)
        {
            return null;
        }

        if (operand.Type is not SqlStruct type)
        {
            return Error(
                field, "NotAStruct", $"Expected STRUCT type, got: {Show(operand.Type)}", $"{Print(field.Operand)} has no fields.");
        }

        var index = type.IndexOf(field.Field.Text);
        if (index >= 0)
        {
            return new BoundStructField(operand, index, field.Field.Text, type.Fields[index].Type);
        }

        var near = EditDistance.Nearest(field.Field.Text, type.Fields.Select(f => f.Name));
        return Error(
            field.Field,
            "UnknownField",
            $"Could not find field '{field.Field.Text}' in '{Print(field.Operand)}'.",
            near is null
                ? $"Fields: {string.Join(", ", type.Fields.Select(f => f.Name).Take(10))}."
                : $"Did you mean {KsqlPrinter.PrintName(near)}?");
    }
}
