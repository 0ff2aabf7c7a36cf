using System.Collections.Immutable;

namespace Pioneer.Ksql.Types;

/// <summary>Which types turn into which, implicitly (function arguments), by arithmetic, by CAST, or inside constructors.</summary>
public static class SqlTypeCoercion
{
    /// <summary>Whether a value is taken without a CAST: INTEGER to BIGINT to DECIMAL to DOUBLE, a narrower DECIMAL into a wider.</summary>
    public static bool CanImplicitlyCast(SqlType from, SqlType to)
    {
        if (from == to)
        {
            return true;
        }

        return (from.BaseType, to) switch
        {
            (SqlBaseType.Integer, { BaseType: SqlBaseType.Bigint or SqlBaseType.Double }) => true,
            (SqlBaseType.Bigint, { BaseType: SqlBaseType.Double }) => true,
            (SqlBaseType.Decimal, { BaseType: SqlBaseType.Double }) => true,
            (SqlBaseType.Integer or SqlBaseType.Bigint or SqlBaseType.Decimal, SqlDecimal wide) =>
                DecimalRules.CanWiden(DecimalRules.ToDecimal(from)!, wide),
            _ => false,
        };
    }

    /// <summary>
    /// The type of an arithmetic operation, or null when the types do not take part in arithmetic.
    /// <paramref name="op"/> is one of + - * / %. Two STRINGs add to a STRING.
    /// </summary>
    public static SqlType? Arithmetic(char op, SqlType left, SqlType right)
    {
        if (op == '+' && left.BaseType == SqlBaseType.String && right.BaseType == SqlBaseType.String)
        {
            return SqlType.String;
        }

        if (!left.IsNumeric || !right.IsNumeric)
        {
            return null;
        }

        if (left.BaseType == SqlBaseType.Double || right.BaseType == SqlBaseType.Double)
        {
            return SqlType.Double;
        }

        if (left is not SqlDecimal && right is not SqlDecimal)
        {
            return left.BaseType == SqlBaseType.Bigint || right.BaseType == SqlBaseType.Bigint ? SqlType.Bigint : SqlType.Integer;
        }

        var (a, b) = (DecimalRules.ToDecimal(left)!, DecimalRules.ToDecimal(right)!);
        return op switch
        {
            '+' or '-' => DecimalRules.Add(a, b),
            '*' => DecimalRules.Multiply(a, b),
            '/' => DecimalRules.Divide(a, b),
            '%' => DecimalRules.Modulo(a, b),
            _ => null,
        };
    }

    /// <summary>Whether =, &lt;&gt;, &lt; and so on may stand between the two types (equality only for the unordered ones).</summary>
    public static bool CanCompare(SqlType left, SqlType right, bool equalityOnly)
    {
        if (left.IsNumeric || right.IsNumeric)
        {
            return left.IsNumeric && right.IsNumeric;
        }

        return (left.BaseType, right.BaseType) switch
        {
            (SqlBaseType.String, SqlBaseType.String or SqlBaseType.Date or SqlBaseType.Time or SqlBaseType.Timestamp) => true,
            (SqlBaseType.Date or SqlBaseType.Timestamp, SqlBaseType.Date or SqlBaseType.Timestamp or SqlBaseType.String) => true,
            (SqlBaseType.Time, SqlBaseType.Time or SqlBaseType.String) => true,
            (SqlBaseType.Bytes, SqlBaseType.Bytes) => true,
            (SqlBaseType.Boolean, SqlBaseType.Boolean) => equalityOnly,
            (SqlBaseType.Array or SqlBaseType.Map or SqlBaseType.Struct, _) => equalityOnly && left == right,
            _ => false,
        };
    }

    /// <summary>Whether CAST(x AS <paramref name="to"/>) exists for x of <paramref name="from"/>.</summary>
    public static bool CanCast(SqlType from, SqlType to)
    {
        if (from == to || to.BaseType == SqlBaseType.String || (from.IsNumeric && to.IsNumeric))
        {
            return true;
        }

        return (from, to) switch
        {
            ({ BaseType: SqlBaseType.String }, _) => to.IsNumeric || to.IsTemporal || to.BaseType is SqlBaseType.Boolean or SqlBaseType.Bytes,
            ({ BaseType: SqlBaseType.Timestamp }, { BaseType: SqlBaseType.Date or SqlBaseType.Time }) => true,
            ({ BaseType: SqlBaseType.Date }, { BaseType: SqlBaseType.Timestamp }) => true,
            (SqlArray a, SqlArray b) => CanCast(a.Element, b.Element),
            (SqlMap a, SqlMap b) => CanCast(a.Key, b.Key) && CanCast(a.Value, b.Value),
            (SqlStruct a, SqlStruct b) => b.Fields.All(f => a.IndexOf(f.Name) < 0 || CanCast(a.Fields[a.IndexOf(f.Name)].Type, f.Type)),
            _ => false,
        };
    }

    /// <summary>The type that holds both, for CASE branches and constructor elements; null when there is none.</summary>
    public static SqlType? Common(SqlType left, SqlType right)
    {
        if (left == right)
        {
            return left;
        }

        if (left.IsNumeric && right.IsNumeric)
        {
            if (left.BaseType == SqlBaseType.Double || right.BaseType == SqlBaseType.Double)
            {
                return SqlType.Double;
            }

            return left is SqlDecimal || right is SqlDecimal
                ? DecimalRules.Widen(DecimalRules.ToDecimal(left)!, DecimalRules.ToDecimal(right)!)
                : SqlType.Bigint;
        }

        return (left, right) switch
        {
            (SqlArray a, SqlArray b) => Common(a.Element, b.Element) is { } element ? new SqlArray(element) : null,
            (SqlMap a, SqlMap b) => Common(a.Key, b.Key) is { } key && Common(a.Value, b.Value) is { } value ? new SqlMap(key, value) : null,
            (SqlStruct a, SqlStruct b) => CommonStruct(a, b),
            _ => null,
        };
    }

    private static SqlStruct? CommonStruct(SqlStruct left, SqlStruct right)
    {
        var fields = ImmutableArray.CreateBuilder<SqlField>();
        foreach (var field in left.Fields)
        {
            var other = right.IndexOf(field.Name);
            var type = other < 0 ? field.Type : Common(field.Type, right.Fields[other].Type);
            if (type is null)
            {
                return null;
            }

            fields.Add(new SqlField(field.Name, type));
        }

        fields.AddRange(right.Fields.Where(f => left.IndexOf(f.Name) < 0));
        return new SqlStruct(fields.ToImmutable());
    }
}
