using System.Collections.Immutable;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

/// <summary>
/// An expression whose names are resolved and whose types are checked. Every implicit conversion is a <see cref="BoundCast"/> in the
/// tree, so whoever evaluates it never compares or adds values of different types.
/// </summary>
/// <param name="Type">The type of the value; null only for the NULL literal, which has none.</param>
public abstract record BoundExpression(SqlType? Type)
{
    /// <summary>Where the expression stood in the text.</summary>
    public TextSpan Span { get; init; }
}

/// <summary>A constant, carried as <see cref="SqlBaseType"/> says; null with a type is NULL made to fit its place.</summary>
public sealed record BoundLiteral(object? Value, SqlType? Type) : BoundExpression(Type);

/// <summary>A column of the input row.</summary>
/// <param name="Index">Its place in <see cref="AnalyzedQuery.Input"/>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
public sealed record BoundColumn(int Index, string Name, SqlType Type) : BoundExpression(Type);

/// <summary>A column of the record's key, for steps that only pass keys on.</summary>
/// <param name="Index">Its place in the key.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
public sealed record BoundKeyColumn(int Index, string Name, SqlType Type) : BoundExpression(Type);

/// <summary>An argument of an enclosing lambda.</summary>
/// <param name="Slot">A number of its own among all lambda arguments of the whole expression, from 0.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
public sealed record BoundLambdaParameter(int Slot, string Name, SqlType Type) : BoundExpression(Type);

/// <summary><c>-x</c>; NULL gives NULL. (<c>+x</c> is x.)</summary>
public sealed record BoundNegation(BoundExpression Operand) : BoundExpression(Operand.Type);

/// <summary>
/// Arithmetic. Both operands are INTEGER, both BIGINT, both DOUBLE, both DECIMAL (each with its own precision and scale), or, with
/// <see cref="BinaryOperator.Add"/>, both STRING. <see cref="BoundExpression.Type"/> is the result. <see cref="BinaryOperator.Concat"/>
/// does not occur: it is a call of CONCAT.
/// </summary>
public sealed record BoundArithmetic(BinaryOperator Operator, BoundExpression Left, BoundExpression Right, SqlType Type)
    : BoundExpression(Type);

/// <summary>A comparison of two values of one type (DECIMALs compare by value). A NULL makes it false, but for the DISTINCT pair.</summary>
public sealed record BoundComparison(ComparisonOperator Operator, BoundExpression Left, BoundExpression Right)
    : BoundExpression(SqlType.Boolean);

/// <summary>AND or OR over two or more conditions, left to right, stopping as soon as the result is known.</summary>
public sealed record BoundLogical(LogicalOperator Operator, ImmutableArray<BoundExpression> Operands) : BoundExpression(SqlType.Boolean);

/// <summary>NOT.</summary>
public sealed record BoundNot(BoundExpression Operand) : BoundExpression(SqlType.Boolean);

/// <summary>BETWEEN, both ends included; all three of one type; a NULL makes it false before a negation is applied.</summary>
public sealed record BoundBetween(BoundExpression Operand, bool IsNegated, BoundExpression Lower, BoundExpression Upper)
    : BoundExpression(SqlType.Boolean);

/// <summary>IN; all of one type; a NULL never matches.</summary>
public sealed record BoundIn(BoundExpression Operand, bool IsNegated, ImmutableArray<BoundExpression> Values)
    : BoundExpression(SqlType.Boolean);

/// <summary>LIKE over STRINGs: <c>%</c> any text, <c>_</c> one character.</summary>
public sealed record BoundLike(BoundExpression Operand, bool IsNegated, BoundExpression Pattern, char? Escape)
    : BoundExpression(SqlType.Boolean);

/// <summary>IS [NOT] NULL.</summary>
public sealed record BoundIsNull(BoundExpression Operand, bool IsNegated) : BoundExpression(SqlType.Boolean);

/// <summary>
/// CASE: the result of the first branch whose condition is true; results have the type of the whole. <c>CASE x WHEN y</c> has become
/// <c>x = y</c> where x is a column or another leaf.
/// </summary>
public sealed record BoundCase(ImmutableArray<BoundWhen> Whens, BoundExpression? Else, SqlType Type) : BoundExpression(Type);

/// <summary>
/// <c>CASE x WHEN y</c> where x is worth computing once: the result of the first branch whose value equals it. The operand and the values
/// (<see cref="BoundWhen.Condition"/>) are of one type; a NULL on either side does not match.
/// </summary>
public sealed record BoundSimpleCase(BoundExpression Operand, ImmutableArray<BoundWhen> Whens, BoundExpression? Else, SqlType Type)
    : BoundExpression(Type);

/// <summary>A branch of a CASE.</summary>
public sealed record BoundWhen(BoundExpression Condition, BoundExpression Result);

/// <summary>CAST, written or implied.</summary>
public sealed record BoundCast(BoundExpression Operand, SqlType Type) : BoundExpression(Type);

/// <summary>An element of an ARRAY; the index is an INTEGER, 1-based, negative from the end.</summary>
public sealed record BoundArrayElement(BoundExpression Array, BoundExpression Index, SqlType Type) : BoundExpression(Type);

/// <summary>A value of a MAP; the key has the map's key type.</summary>
public sealed record BoundMapValue(BoundExpression Map, BoundExpression Key, SqlType Type) : BoundExpression(Type);

/// <summary>A field of a STRUCT by its position.</summary>
public sealed record BoundStructField(BoundExpression Struct, int FieldIndex, string Name, SqlType Type) : BoundExpression(Type);

/// <summary>ARRAY[..]; elements have the element type.</summary>
public sealed record BoundArray(ImmutableArray<BoundExpression> Elements, SqlArray ArrayType) : BoundExpression(ArrayType);

/// <summary>MAP(..); keys and values have the map's types.</summary>
public sealed record BoundMap(ImmutableArray<BoundMapEntry> Entries, SqlMap MapType) : BoundExpression(MapType);

/// <summary>An entry of a MAP constructor.</summary>
public sealed record BoundMapEntry(BoundExpression Key, BoundExpression Value);

/// <summary>STRUCT(..); values in the order of the type's fields.</summary>
public sealed record BoundStruct(ImmutableArray<BoundExpression> Fields, SqlStruct StructType) : BoundExpression(StructType);

/// <summary>
/// A call of a scalar function. Arguments have the types of <see cref="ScalarFunction.ParameterTypes"/>; where that is null they are a
/// <see cref="BoundLambda"/>, a <see cref="BoundIntervalUnit"/> or an untyped NULL.
/// </summary>
public sealed record BoundCall(ScalarFunction Function, ImmutableArray<BoundExpression> Arguments) : BoundExpression(Function.ReturnType);

/// <summary>A lambda, only as an argument of a call. Its <see cref="BoundExpression.Type"/> is that of its body.</summary>
public sealed record BoundLambda(ImmutableArray<BoundLambdaParameter> Parameters, BoundExpression Body) : BoundExpression(Body.Type);

/// <summary>
/// A call of an aggregate over the columns of its arguments, constants left out. Only where types are checked: what runs refers to the
/// aggregate's result by a column.
/// </summary>
public sealed record BoundAggregateCall(AggregateFunction Function, ImmutableArray<BoundExpression> Arguments)
    : BoundExpression(Function.ReturnType);

/// <summary>A call of a table function. Only where types are checked: what runs refers to its value by a column.</summary>
public sealed record BoundTableCall(TableFunction Function, ImmutableArray<BoundExpression> Arguments)
    : BoundExpression(Function.ReturnType);

/// <summary>A unit of time as an argument; at run time its text, such as <c>DAYS</c>.</summary>
public sealed record BoundIntervalUnit(TimeUnit Unit) : BoundExpression(SqlType.String)
{
    /// <summary>What a function gets.</summary>
    public string Text => Unit.ToString().ToUpperInvariant();
}
