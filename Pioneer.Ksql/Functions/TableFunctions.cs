using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>Functions that make rows.</summary>
internal static class TableFunctions
{
    public static IEnumerable<FunctionInfo> All =>
    [
        Table("EXPLODE", "A row for each element of an array.").Spelled("explode")
            .OnTable("(ARRAY<DECIMAL> input) -> DECIMAL", Elements, t => (t[0] as SqlArray)?.Element)
            .OnTable("(ARRAY<T> list) -> T", Elements),
        Table("CUBE_EXPLODE", "A row for each combination of the elements of an array and NULL.").Spelled("cube_explode")
            .OnTable("(ARRAY<T> columns) -> ARRAY<T>", Cube),
    ];

    private static FunctionBuilder Table(string name, string description) => new(name, FunctionKind.Table, "TABLE", description);

    private static object?[] Elements(object?[] arguments) => arguments[0] as object?[] ?? [];

    // Combinations count up in binary, the first column slowest; a column that is NULL already has nothing to leave out.
    private static List<object?> Cube(object?[] arguments)
    {
        if (arguments[0] is not object?[] columns)
        {
            return [];
        }

        int[] present = [.. Enumerable.Range(0, columns.Length).Where(i => columns[i] is not null)];
        List<object?> rows = [];
        for (var mask = 0L; mask < 1L << present.Length; mask++)
        {
            var row = new object?[columns.Length];
            for (var i = 0; i < present.Length; i++)
            {
                row[present[i]] = ((mask >> (present.Length - 1 - i)) & 1) == 1 ? columns[present[i]] : null;
            }

            rows.Add(row);
        }

        return rows;
    }
}
