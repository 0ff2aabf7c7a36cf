using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

/// <summary>A value of a list that does not go with the others.</summary>
internal sealed record CoercionProblem(Expression Syntax, string Code, string Message, string? Detail = null);

/// <summary>The common type of a list (null when all values are untyped NULLs), or why there is none.</summary>
internal readonly record struct CommonType(SqlType? Type, CoercionProblem? Problem)
{
    public static implicit operator CommonType(SqlType? type) => new(type, null);

    public static implicit operator CommonType(CoercionProblem problem) => new(null, problem);
}

/// <summary>
/// Finds the type that holds all values of a list: the first that is no NULL decides the family, the widest of the family wins, and
/// literals of text are read as that family.
/// </summary>
internal static class CommonTypes
{
    private const string MismatchCode = "MixedElements";
    private static readonly string[] BooleanWords = ["true", "false", "yes", "no"];

    /// <summary>The common type of values, each with its syntax.</summary>
    public static CommonType Find(IEnumerable<(BoundExpression Bound, Expression Syntax)> values, SqlType? first = null)
    {
        CommonType common = first;
        foreach (var (bound, syntax) in values)
        {
            common = With(common.Type, bound, syntax);
            if (common.Problem is not null)
            {
                return common;
            }
        }

        return common;
    }

    private static CommonType With(SqlType? target, BoundExpression value, Expression syntax)
    {
        if (target is null || value.Type is not { } source)
        {
            return target ?? value.Type;
        }

        return (syntax, value) switch
        {
            (ArrayExpression, BoundArray) or (MapExpression, BoundMap) or (StructExpression, BoundStruct) =>
                Whole(WithConstructor(target, value, syntax), syntax, source, target),
            (StringLiteral text, _) when target.IsNumeric => WithNumber(text, target),
            (StringLiteral text, _) when target.BaseType == SqlBaseType.Boolean =>
                IsBooleanWord(text.Value) ? target : Unreadable(text, target),
            (StringLiteral, _) when target.IsTemporal => target,
            (Literal, _) when target.BaseType == SqlBaseType.String => target,
            _ => SqlTypeCoercion.Common(target, source) is { } common ? common : Mismatch(syntax, source, target),
        };
    }

    // What is put together is compared part by part, so that literals inside can be read as what is wanted there.
    private static CommonType WithConstructor(SqlType target, BoundExpression value, Expression syntax)
    {
        switch (target, value, syntax)
        {
            case (SqlArray array, BoundArray bound, ArrayExpression written):
                var element = Find(bound.Elements.Zip(written.Elements), array.Element);
                return element.Problem is null ? SqlType.Array(element.Type!) : element;
            case (SqlMap map, BoundMap bound, MapExpression written):
                var key = Find(bound.Entries.Zip(written.Entries, (b, w) => (b.Key, w.Key)), map.Key);
                var item = Find(bound.Entries.Zip(written.Entries, (b, w) => (b.Value, w.Value)), map.Value);
                return key.Problem ?? item.Problem ?? (CommonType)SqlType.Map(key.Type!, item.Type!);
            case (SqlStruct record, BoundStruct bound, StructExpression written):
                return Fields(record, bound, written);
            default:
                return Mismatch(syntax, value.Type!, target);
        }
    }

    private static CommonType Fields(SqlStruct target, BoundStruct bound, StructExpression written)
    {
        var own = bound.StructType;
        var fields = ImmutableArray.CreateBuilder<SqlField>();
        foreach (var name in own.Fields.Select(f => f.Name).Concat(target.Fields.Select(f => f.Name)).Distinct())
        {
            var (at, to) = (own.IndexOf(name), target.IndexOf(name));
            var wanted = to < 0 ? null : target.Fields[to].Type;
            var type = at < 0 ? wanted : With(wanted, bound.Fields[at], written.Fields[at].Value);
            if (type.Problem is not null)
            {
                return type;
            }

            fields.Add(new SqlField(name, type.Type!));
        }

        return new SqlStruct(fields.ToImmutable());
    }

    // A mismatch deep inside is told as one of the whole.
    private static CommonType Whole(CommonType found, Expression syntax, SqlType source, SqlType target) =>
        found.Problem is { Code: MismatchCode } ? Mismatch(syntax, source, target) : found;

    private static CommonType WithNumber(StringLiteral text, SqlType target)
    {
        if (BigDecimal.TryParse(text.Value.Trim()) is not { } number)
        {
            return Unreadable(text, target);
        }

        var whole = number.Scale == 0 && text.Value.AsSpan().IndexOfAny('.', 'e', 'E') < 0;
        SqlType own = whole && number.Unscaled >= int.MinValue && number.Unscaled <= int.MaxValue ? SqlType.Integer
            : whole && number.Unscaled >= long.MinValue && number.Unscaled <= long.MaxValue ? SqlType.Bigint
            : SqlType.Decimal(Math.Max(number.Precision, Math.Max(number.Scale, 1)), Math.Max(number.Scale, 0));
        return SqlTypeCoercion.Common(target, own);
    }

    private static bool IsBooleanWord(string text) =>
        text.Length > 0 && BooleanWords.Any(w => w.StartsWith(text, StringComparison.OrdinalIgnoreCase));

    private static CoercionProblem Unreadable(StringLiteral text, SqlType target)
    {
        var name = target.BaseType.ToString().ToUpperInvariant();
        return new CoercionProblem(text, "InvalidInput", $"invalid input syntax for type {name}: \"{text.Value}\".");
    }

    private static CoercionProblem Mismatch(Expression syntax, SqlType source, SqlType target) => new(
        syntax,
        MismatchCode,
        $"operator does not exist: {target} = {source} ({ExpressionText.Of(syntax)})",
        "\nHint: You might need to add explicit type casts.");
}
