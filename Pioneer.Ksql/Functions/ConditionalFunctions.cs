using Pioneer.Ksql.Types;
using static Pioneer.Ksql.Functions.FunctionBuilder;

namespace Pioneer.Ksql.Functions;

/// <summary>NULL handling, and AS_VALUE.</summary>
internal static class ConditionalFunctions
{
    private const string Family = "CONDITIONAL";

    public static IEnumerable<FunctionInfo> All =>
    [
        Scalar("COALESCE", Family, "The first argument that is not NULL.")
            .OnNulls("(T first, T... others) -> T", a => a.FirstOrDefault(x => x is not null)),
        Scalar("IFNULL", Family, "The first argument, or the second where the first is NULL.")
            .OnNulls("(T expression, T altValue) -> T", a => a[0] ?? a[1]),
        Scalar("NULLIF", Family, "NULL where both arguments are equal, else the first.")
            .OnNulls("(T expression1, T expression2) -> T", a => SqlValueComparer.Instance.Equals(a[0], a[1]) ? null : a[0]),
        Scalar("AS_VALUE", "OTHER", "Copies a key column into the value.").OnNulls("(T keyColumn) -> T", a => a[0]),
    ];
}
