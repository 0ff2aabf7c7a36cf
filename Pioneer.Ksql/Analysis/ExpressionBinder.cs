using System.Collections.Immutable;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

// Resolves names and checks types, one expression at a time. A method that returns null has said why.
internal sealed partial class ExpressionBinder
{
    private readonly ColumnScope _scope;
    private readonly DiagnosticBag _diagnostics;
    private readonly FunctionCatalogue _functions;
    private readonly Stack<ImmutableArray<BoundLambdaParameter>> _lambdas = new();
    private int _nextSlot;
    private string _clause = "SELECT";

    public ExpressionBinder(ColumnScope scope, DiagnosticBag diagnostics)
    {
        _scope = scope;
        _diagnostics = diagnostics;
        _functions = FunctionCatalogue.Default;
    }

    public BoundExpression? Bind(Expression expression, string clause)
    {
        _clause = clause;
        _nextSlot = 0;
        var bound = Bind(expression);
        if (bound is null && !_diagnostics.HasErrors)
        {
            // Nothing may fall through in silence: what could not be bound is wrong.
            Error(expression, "NotUnderstood", $"{clause} expression can't be understood: {Print(expression)}");
        }

        return bound;
    }

    private static string Print(SyntaxNode node) => KsqlPrinter.Print(node);

    private static string Show(SqlType? type) => type?.ToString() ?? "null";

    private BoundExpression? Error(SyntaxNode node, string code, string message, string? hint = null)
    {
        _diagnostics.Error(code, node.Span, message, hint);
        return null;
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
            IntervalUnitExpression unit => Error(expression, "UnknownColumn", $"{unit.Unit.ToString().ToUpperInvariant()} can only be an argument of a function."),
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
        if (column.Source is null && FindLambdaParameter(column.Name.Text) is { } parameter)
        {
            return parameter;
        }

        var index = column.Source is null || _scope.HasQualifier(column.Source.Text) ? _scope.IndexOf(column.Name.Text) : -1;
        if (index >= 0)
        {
            return new BoundColumn(index, column.Name.Text, _scope.Columns[index].Type);
        }

        if (column.Name.IsMissing)
        {
            return null;
        }

        var name = column.Source is null ? column.Name.Text : $"{column.Source.Text}.{column.Name.Text}";
        return _diagnostics.IsFull ? null : Error(column, "UnknownColumn", $"{_clause} column '{name}' cannot be resolved.", _scope.HintFor(column));
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

    public BoundExpression? BindFilter(Expression expression, string clause)
    {
        var bound = Bind(expression, clause);
        if (bound is null || bound.Type == SqlType.Boolean)
        {
            return bound;
        }

        return Error(
            expression,
            "NotACondition",
            $"Type error in {clause} expression: Should evaluate to boolean but is {Print(expression)} ({Show(bound.Type)}) instead.",
            "Compare it with something.");
    }

    private BoundLogical? BindLogical(LogicalExpression logical)
    {
        var operands = logical.Operands.Select(BindCondition).ToImmutableArray();
        return operands.Contains(null) ? null : new BoundLogical(logical.Operator, operands!);
    }

    private BoundExpression? BindCast(CastExpression cast)
    {
        var operand = Bind(cast.Operand);
        var type = TypeResolver.Resolve(cast.Type, custom: null, out var problem);
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
            : Error(cast, "CannotCast", $"Cast of {operand.Type} to {type} is not supported");
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
                return Error(subscript, "NotIndexable", $"{Print(subscript.Operand)} ({Show(operand.Type)}) has no elements: only arrays and maps do.");
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
            return Error(field, "NotAStruct", $"{Print(field.Operand)} ({Show(operand.Type)}) has no fields: only structs do.");
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
            $"Could not find field: {field.Field.Text}",
            near is null ? $"Fields: {string.Join(", ", type.Fields.Select(f => f.Name).Take(10))}." : $"Did you mean {KsqlPrinter.PrintName(near)}?");
    }
}
