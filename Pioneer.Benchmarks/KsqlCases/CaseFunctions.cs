using System.Globalization;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Types;

namespace Pioneer.Benchmarks.KsqlCases;

/// <summary>Functions that exist only in ksqlDB's tests.</summary>
internal static class CaseFunctions
{
    /// <summary>ksqlDB's functions and those of its tests. Some count their calls, so each case has its own.</summary>
    public static FunctionCatalogue Catalogue() => FunctionCatalogue.Default.With([.. Scalars(), .. Tables(), .. Aggregates()]);

    private static IEnumerable<FunctionInfo> Scalars()
    {
        var calls = 0;
        yield return FunctionBuilder.Scalar("TEST_UDF", "TEST", "Tells overloads apart.").Spelled("test_udf")
            .OnNulls("(INT a, STRING b) -> STRING", _ => "doStuffIntString")
            .OnNulls("(BIGINT a, STRING b) -> STRING", _ => "doStuffLongString")
            .OnNulls("(BIGINT a, BIGINT b, STRING c) -> STRING", _ => "doStuffLongLongString")
            .OnNulls("(BIGINT... a) -> STRING", _ => "doStuffLongVarargs")
            .OnBound(
                "(OBJECT a) -> STRING",
                _ => a => a[0] is object?[] fields ? fields[0] : null,
                t => t is [SqlStruct { Fields: [{ Name: "A" }] }] ? SqlType.String : null)
            .OnBound(
                "() -> STRING", _ => _ => new object?[] { "foo" }, _ => SqlType.Struct(new SqlField("A", SqlType.String)))
            .Build();
        yield return FunctionBuilder.Scalar("BAD_UDF", "TEST", "Fails.").Spelled("bad_udf")
            .OnNulls("(INT a) -> STRING", _ => throw new InvalidOperationException("boom!"))
            .OnNulls("(BOOLEAN a) -> INT", a => a[0] is true ? throw new InvalidOperationException("You asked me to throw...") : 0)
            .OnNulls("(STRING a) -> STRING", a => calls++ % 2 == 0 ? null : a[0])
            .Build();
        yield return FunctionBuilder.Scalar("TOSTRUCT", "TEST", "Puts a text into a struct.").Spelled("toStruct")
            .OnBound("(STRING a) -> STRING", _ => a => new[] { a[0] }, _ => SqlType.Struct(new SqlField("A", SqlType.String)))
            .Build();
        yield return FunctionBuilder.Scalar("WHENCONDITION", "TEST", "Fails where it must not be computed.").Spelled("WhenCondition")
            .OnNulls("(BOOLEAN a, BOOLEAN evaluated) -> BOOLEAN", Evaluated)
            .Build();
        yield return FunctionBuilder.Scalar("WHENRESULT", "TEST", "Fails where it must not be computed.").Spelled("WhenResult")
            .OnNulls("(INT a, BOOLEAN evaluated) -> INT", Evaluated)
            .Build();
    }

    private static object? Evaluated(object?[] arguments) =>
        arguments[1] is true ? arguments[0] : throw new InvalidOperationException("When condition in case is not running lazily!");

    private static IEnumerable<FunctionInfo> Tables()
    {
        const string Record = "OBJECT g";
        yield return new FunctionBuilder("TEST_UDTF", FunctionKind.Table, "TEST", "Rows of texts.").Spelled("test_udtf")
            .OnTable($"(INT a, BIGINT b, DOUBLE c, BOOLEAN d, STRING e, DECIMAL f, {Record}) -> STRING", Texts)
            .OnTable(
                "(ARRAY<INT> a, ARRAY<BIGINT> b, ARRAY<DOUBLE> c, ARRAY<BOOLEAN> d, ARRAY<STRING> e, "
                    + $"ARRAY<DECIMAL> f, {Record}) -> STRING",
                a => Texts([.. a.Select(v => v is object?[] items && items.Length > 0 ? items[0] : null)]))
            .OnTable(
                "(MAP<STRING, INT> a, MAP<STRING, BIGINT> b, MAP<STRING, DOUBLE> c, MAP<STRING, BOOLEAN> d, MAP<STRING, STRING> e, "
                    + $"MAP<STRING, DECIMAL> f, {Record}) -> STRING",
                a => Texts([.. a.Select(v => v is Dictionary<object, object?> map ? map.Values.FirstOrDefault() : null)]))
            .OnTable("(INT a) -> INT", a => [a[0]])
            .OnTable("(BIGINT a) -> BIGINT", a => [a[0]])
            .OnTable("(DOUBLE a) -> DOUBLE", a => [a[0]])
            .OnTable("(BOOLEAN a) -> BOOLEAN", a => [a[0]])
            .OnTable("(STRING a) -> STRING", a => [a[0]])
            .OnTable(
                "(DECIMAL a) -> DECIMAL",
                a => [a[0] is BigDecimal d ? d.FitTo(new SqlDecimal(30, 10)) : null],
                _ => SqlType.Decimal(30, 10))
            .OnTable("(OBJECT a) -> STRING", a => [a[0]], t => t is [SqlStruct type] ? type : null)
            .Build();
        yield return new FunctionBuilder("THROWING_UDTF", FunctionKind.Table, "TEST", "Fails.").Spelled("throwing_udtf")
            .OnTable("(BOOLEAN a) -> BOOLEAN", a => a[0] is true ? throw new InvalidOperationException("You asked me to throw!") : [a[0]])
            .Build();
    }

    private static string?[] Texts(object?[] values) => [.. values.Select(Text)];

    private static string? Text(object? value) => value switch
    {
        null => null,
        double d => JavaText.Of(d),
        bool b => b ? "true" : "false",
        object?[] fields => $"Struct{{A={fields[0]}}}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static IEnumerable<FunctionInfo> Aggregates()
    {
        var pair = SqlType.Struct(new SqlField("A", SqlType.Integer), new SqlField("B", SqlType.Integer));
        var sums = SqlType.Struct(new SqlField("A", SqlType.Bigint), new SqlField("B", SqlType.Bigint));
        yield return Aggregate("TEST_UDAF")
            .OnAggregate("(BIGINT a) -> BIGINT", _ => Sum(SqlType.Bigint))
            .OnAggregate("(INT a) -> BIGINT", _ => Sum(SqlType.Bigint))
            .OnAggregate("(DOUBLE a) -> DOUBLE", _ => new AggregateBody(
                SqlType.Double,
                () => 0.0,
                (a, s) => (double)s! + (a[0] as double? ?? 0),
                (l, r) => (double)l! + (double)r!))
            .OnAggregate("(STRING a, literal STRING init) -> BIGINT", b => Starting((long)((string)b.Constants[0]!).Length))
            .OnAggregate("(OBJECT a) -> BIGINT", _ => Pairs(sums), t => t is [SqlStruct given] && given == pair ? sums : null)
            .Build();
        const string Literals = "literal INT start, literal STRING... more";
        yield return Aggregate("MULTI_ARG").OnAggregate($"(BIGINT a, STRING b, {Literals}) -> BIGINT", Started).Build();
        yield return Aggregate("FOUR_ARG").OnAggregate($"(BIGINT a, STRING b, STRING c, STRING d, {Literals}) -> BIGINT", Started).Build();
        yield return Aggregate("FIVE_ARG")
            .OnAggregate($"(BIGINT a, STRING b, STRING c, STRING d, INT e, {Literals}) -> BIGINT", Started).Build();
        yield return Aggregate("VAR_ARG").OnAggregate("(BIGINT a, STRING... more) -> BIGINT", _ => Starting(0)).Build();
        yield return Aggregate("MID_VAR_ARG")
            .OnAggregate("(BIGINT a, STRING... more, literal INT first, literal INT second) -> BIGINT", b => Starting(0) with
            {
                Result = s => (long)s! + (int)b.Constants[0]! + (int)b.Constants[1]!,
            })
            .Build();
        yield return Aggregate("GENERIC_VAR_ARG")
            .OnAggregate("(T a, K b, V... more) -> ARRAY<T>", b => Collected(b.ReturnType)).Build();
        yield return Aggregate("OBJ_COL_ARG").OnAggregate("(INT a, OBJECT... more) -> ARRAY<INT>", b => Collected(b.ReturnType)).Build();
    }

    private static FunctionBuilder Aggregate(string name) => new(name, FunctionKind.Aggregate, "TEST", "Only in tests.");

    private static AggregateBody Sum(SqlType state) => new(state, () => 0L, (a, s) => (long)s! + Size(a[0]), (l, r) => (long)l! + (long)r!)
    {
        Undo = (a, s) => (long)s! - Size(a[0]),
    };

    private static AggregateBody Started(AggregateBinding binding) =>
        Starting((int)binding.Constants[0]! + binding.Constants.Skip(1).Sum(c => (long)((string)c!).Length));

    private static AggregateBody Starting(long start) =>
        new(SqlType.Bigint, () => start, (a, s) => (long)s! + a.Sum(Size), (l, r) => (long)l! + (long)r!);

    private static AggregateBody Pairs(SqlType state) => new(
        state,
        () => new object?[] { 0L, 0L },
        (a, s) => a[0] is object?[] row ? Both((object?[])s!, row) : s,
        (l, r) => Both((object?[])l!, (object?[])r!));

    private static object?[] Both(object?[] left, object?[] right) => [(long)left[0]! + Size(right[0]), (long)left[1]! + Size(right[1])];

    private static AggregateBody Collected(SqlType type) => new(
        type,
        () => Array.Empty<object?>(),
        (a, s) => Array.Exists(a, v => v is null) ? s : new List<object?>((object?[])s!) { a[0] }.ToArray(),
        (l, r) => new List<object?>((object?[])l!).Concat((object?[])r!).ToArray());

    private static long Size(object? value) => value switch
    {
        long number => number,
        int number => number,
        string text => text.Length,
        _ => 0,
    };
}
