using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

// Arrays, maps and structs.
internal sealed partial class ExpressionBinder
{
    private const string Issue = "(see https://github.com/confluentinc/ksql/issues/4239)";

    private BoundArray? BindArray(ArrayExpression array)
    {
        if (array.Elements.Count == 0)
        {
            Error(array, "EmptyArray", $"Array constructor cannot be empty. Please supply at least one element {Issue}.");
            return null;
        }

        var elements = array.Elements.Select(Bind).ToImmutableArray();
        var type = elements.Contains(null)
            ? null
            : CommonType(elements!, array.Elements, array, "Cannot construct an array with all NULL elements");
        return type is null ? null : new BoundArray([.. elements.Select(e => CastTo(e!, type))], SqlType.Array(type));
    }

    private BoundMap? BindMap(MapExpression map)
    {
        if (map.Entries.Count == 0)
        {
            Error(map, "EmptyMap", $"Map constructor cannot be empty. Please supply at least one key value pair {Issue}.");
            return null;
        }

        var keys = map.Entries.Select(e => Bind(e.Key)).ToImmutableArray();
        var values = map.Entries.Select(e => Bind(e.Value)).ToImmutableArray();
        if (keys.Contains(null) || values.Contains(null))
        {
            return null;
        }

        var key = CommonType(keys!, [.. map.Entries.Select(e => e.Key)], map, "Cannot construct a map with all NULL keys");
        var value = key is null
            ? null
            : CommonType(values!, [.. map.Entries.Select(e => e.Value)], map, "Cannot construct a map with all NULL values");
        return value is null
            ? null
            : new BoundMap(
                [.. keys.Zip(values, (k, v) => new BoundMapEntry(CastTo(k!, key!), CastTo(v!, value)))], SqlType.Map(key!, value));
    }

    private SqlType? CommonType(ImmutableArray<BoundExpression> values, IReadOnlyList<Expression> syntax, Expression whole, string allNull)
    {
        if (values.All(v => v.Type is null))
        {
            Error(whole, "AllNull", $"{allNull} {Issue}. As a workaround, you may cast a NULL value to the desired type.");
            return null;
        }

        return CommonType([.. values.Select((v, i) => (v, syntax[i]))], isCode: false);
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
                Error(
                    @struct.Fields[i].Value,
                    "AllNull",
                    "A field of a STRUCT can't be an untyped NULL.",
                    "CAST the NULL to the wanted type.");
                return null;
            }
        }

        return new BoundStruct(values!, SqlType.Struct(@struct.Fields.Select((f, i) => new SqlField(f.Name.Text, values[i]!.Type!))));
    }
}
