namespace Pioneer.Ksql.Functions;

/// <summary>Functions that make rows. They are known, so that statements are understood; operators run them, not expressions.</summary>
internal static class TableFunctions
{
    public static IEnumerable<FunctionInfo> All =>
    [
        Table("EXPLODE", "A row for each element of an array.").Declares("(ARRAY<T> list) -> T"),
        Table("CUBE_EXPLODE", "A row for each combination of the elements of an array and NULL.").Declares("(ARRAY<T> columns) -> ARRAY<T>"),
    ];

    private static FunctionBuilder Table(string name, string description) => new(name, FunctionKind.Table, "TABLE", description);
}
