using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

/// <summary>Turns types as written into types.</summary>
public static class TypeResolver
{
    /// <summary>
    /// The type, or null with the part that has no meaning and why.
    /// </summary>
    /// <param name="syntax">What was written.</param>
    /// <param name="custom">Types made by CREATE TYPE, by name; null for none.</param>
    /// <param name="problem">The part that is wrong and what to say about it.</param>
    public static SqlType? Resolve(TypeSyntax syntax, Func<string, SqlType?>? custom, out (SyntaxNode Node, string Message)? problem)
    {
        problem = null;
        switch (syntax)
        {
            case DecimalType { Precision: var precision, Scale: var scale }:
                if (SqlDecimal.Validate(precision, scale) is { } invalid)
                {
                    problem = (syntax, invalid);
                    return null;
                }

                return SqlType.Decimal(precision, scale);
            case ArrayType { Element: var element }:
                return Resolve(element, custom, out problem) is { } type ? SqlType.Array(type) : null;
            case MapType map:
                var key = Resolve(map.Key, custom, out problem);
                return key is not null && Resolve(map.Value, custom, out problem) is { } value ? SqlType.Map(key, value) : null;
            case StructType @struct:
                return ResolveStruct(@struct, custom, out problem);
            case NamedType named:
                var resolved = ResolveName(named.Name.Text, custom);
                problem = resolved is null ? (syntax, $"Cannot resolve unknown type: {named.Name.Text}") : null;
                return resolved;
            default:
                return null;
        }
    }

    private static SqlStruct? ResolveStruct(StructType syntax, Func<string, SqlType?>? custom, out (SyntaxNode Node, string Message)? problem)
    {
        problem = null;
        var fields = ImmutableArray.CreateBuilder<SqlField>();
        foreach (var field in syntax.Fields)
        {
            var type = Resolve(field.Type, custom, out problem);
            if (type is null)
            {
                return null;
            }

            if (fields.Any(f => f.Name == field.Name.Text))
            {
                problem = (field, "Duplicate field names found in STRUCT");
                return null;
            }

            fields.Add(new SqlField(field.Name.Text, type));
        }

        return new SqlStruct(fields.ToImmutable());
    }

    private static SqlType? ResolveName(string name, Func<string, SqlType?>? custom) => name switch
    {
        "BOOLEAN" => SqlType.Boolean,
        "INT" or "INTEGER" => SqlType.Integer,
        "BIGINT" => SqlType.Bigint,
        "DOUBLE" => SqlType.Double,
        "VARCHAR" or "STRING" => SqlType.String,
        "BYTES" => SqlType.Bytes,
        "DATE" => SqlType.Date,
        "TIME" => SqlType.Time,
        "TIMESTAMP" => SqlType.Timestamp,
        _ => custom?.Invoke(name),
    };
}
