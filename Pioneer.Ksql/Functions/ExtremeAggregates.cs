using System.Collections.Immutable;
using Pioneer.Ksql.Types;
using static Pioneer.Ksql.Functions.AggregateFunctions;

namespace Pioneer.Ksql.Functions;

/// <summary>The smallest and the largest.</summary>
internal static class ExtremeAggregates
{
    private static readonly SqlValueComparer Values = SqlValueComparer.Instance;

    public static IEnumerable<FunctionInfo> All =>
    [
        Extreme("MAX", "The largest value.", 1),
        Extreme("MIN", "The smallest value.", -1),
        TopK(),
        TopKDistinct(),
    ];

    private static FunctionInfo Extreme(string name, string description, int sign)
    {
        var builder = Aggregate(name, description);
        foreach (var type in (string[])["INT", "BIGINT", "DOUBLE", "DATE", "TIME", "TIMESTAMP", "STRING", "BYTES"])
        {
            builder.OnAggregate($"({type} value) -> {type}", b => Extreme(b.ReturnType, sign));
        }

        return builder.OnAggregate("(DECIMAL value) -> DECIMAL", b => Extreme(b.ReturnType, sign), t => t[0]);
    }

    private static AggregateBody Extreme(SqlType type, int sign)
    {
        object? Better(object? left, object? right) =>
            left is null || (right is not null && Values.Compare(right, left) * sign > 0) ? right : left;
        return new AggregateBody(type, () => null, (row, best) => Better(best, row[0]), Better);
    }

    private static FunctionInfo TopK()
    {
        var builder = Aggregate("TOPK", "The n largest values, with further columns of their rows if any are given.");
        foreach (var type in (string[])["INT", "BIGINT", "DOUBLE", "STRING"])
        {
            builder.OnAggregate($"({type} value, OBJECT... columns, literal INT k) -> ARRAY<S>", TopK, TopKType);
        }

        return builder;
    }

    private static SqlType? TopKType(ImmutableArray<SqlType?> arguments) => arguments.Any(a => a is null)
        ? null
        : SqlType.Array(arguments.Length == 2
            ? arguments[0]!
            : SqlType.Struct(arguments[..^1].Select((t, i) => new SqlField(i == 0 ? "sort_col" : $"col{i - 1}", t!))));

    private static AggregateBody TopK(AggregateBinding binding)
    {
        var k = (int)binding.Constants[0]!;
        var single = binding.ParameterTypes.Length == 2;
        object? Sorted(object? entry) => single ? entry : ((object?[])entry!)[0];
        object?[] Best(IEnumerable<object?> entries) => [.. entries.OrderByDescending(Sorted, Values).Take(k)];
        return new AggregateBody(
            binding.ReturnType,
            () => Array.Empty<object?>(),
            (row, best) => row[0] is null ? best : Best([.. (object?[])best!, single ? row[0] : row.Clone()]),
            (left, right) => Best(((object?[])left!).Concat((object?[])right!)));
    }

    private static FunctionInfo TopKDistinct()
    {
        var builder = Aggregate("TOPKDISTINCT", "The n largest different values.");
        foreach (var type in (string[])["INT", "BIGINT", "DOUBLE", "STRING", "DATE", "TIME", "TIMESTAMP", "BYTES"])
        {
            builder.OnAggregate($"({type} value, literal INT k) -> ARRAY<{type}>", TopKDistinct);
        }

        return builder.OnAggregate("(DECIMAL value, literal INT k) -> ARRAY<DECIMAL>", TopKDistinct, t => SqlType.Array(t[0]!));
    }

    private static AggregateBody TopKDistinct(AggregateBinding binding)
    {
        var k = (int)binding.Constants[0]!;
        object?[] Best(IEnumerable<object?> values) => [.. values.Distinct(Values).OrderByDescending(x => x, Values).Take(k)];
        return new AggregateBody(
            binding.ReturnType,
            () => Array.Empty<object?>(),
            (row, best) => row[0] is null ? best : Best([.. (object?[])best!, row[0]]),
            (left, right) => Best(((object?[])left!).Concat((object?[])right!)));
    }
}
