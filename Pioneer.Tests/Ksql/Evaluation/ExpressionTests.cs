using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Evaluation;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;
using Xunit;

namespace Pioneer.Tests.Ksql.Evaluation;

/// <summary>Expressions from text to value, over one row.</summary>
public sealed class ExpressionTests
{
    private static readonly RelationSchema Schema = RelationSchema.Parse(
        "I INTEGER, L BIGINT, D DOUBLE, M DECIMAL(5, 2), S STRING, B BOOLEAN, N STRING, NB BOOLEAN, DT DATE, TM TIME, TS TIMESTAMP, A ARRAY<INTEGER>, MP MAP<STRING, INTEGER>, ST STRUCT<F1 INTEGER, F2 STRING>");

    private static readonly object?[] Row =
    [
        7, 9_000_000_000L, 2.5, BigDecimal.Parse("12.50"), "abc", true, null, null, 10, 5000, 1_526_075_913_000L,
        new object?[] { 1, 2, 3 }, new Dictionary<object, object?> { ["x"] = 1 }, new object?[] { 5, "five" },
    ];

    [Theory]
    [InlineData("I + 1", "8")]
    [InlineData("I / 2", "3")]
    [InlineData("-I % 4", "-3")]
    [InlineData("I + D", "9.5")]
    [InlineData("M + 1", "13.50")]
    [InlineData("M * M", "156.2500")]
    [InlineData("M / 3", "4.1666666666667")]
    [InlineData("2147483647 + I - I - 2147483646", "1")]
    [InlineData("S + 'd'", "abcd")]
    [InlineData("S || 1", null)]
    [InlineData("N || 'x'", "x")]
    [InlineData("I = 7", "true")]
    [InlineData("M = 12.5", "true")]
    [InlineData("M > 12", "true")]
    [InlineData("M BETWEEN 12.51 AND 13", "false")]
    [InlineData("GREATEST(M, CAST(13 AS DECIMAL(4, 1)))", "13.0")]
    [InlineData("L > I", "true")]
    [InlineData("D < M", "true")]
    [InlineData("S >= 'abb'", "true")]
    [InlineData("N = 'x'", "false")]
    [InlineData("N <> 'x'", "false")]
    [InlineData("N IS DISTINCT FROM 'x'", "true")]
    [InlineData("N IS NULL", "true")]
    [InlineData("I BETWEEN 7 AND 8", "true")]
    [InlineData("I NOT BETWEEN 7 AND 8", "false")]
    [InlineData("S IN ('x', 'abc')", "true")]
    [InlineData("S NOT IN ('x', 'y')", "true")]
    [InlineData("S LIKE 'a%'", "true")]
    [InlineData("S LIKE '_b_'", "true")]
    [InlineData("'10%' LIKE '10!%' ESCAPE '!'", "true")]
    [InlineData("'100' LIKE '10!%' ESCAPE '!'", "false")]
    [InlineData("B OR 1 / 0 = 1", "true")]
    [InlineData("NB AND B", null)]
    [InlineData("NOT NB", null)]
    [InlineData("CASE WHEN I > 5 THEN 'big' ELSE 'small' END", "big")]
    [InlineData("CASE I WHEN 6 THEN 'six' WHEN 7 THEN 'seven' END", "seven")]
    [InlineData("CASE WHEN I < 5 THEN 1 END", null)]
    [InlineData("CASE WHEN I = 7 THEN 1 ELSE 1 / 0 END", "1")]
    [InlineData("CAST(D AS INTEGER)", "2")]
    [InlineData("CAST(L AS INTEGER)", "410065408")]
    [InlineData("CAST('1.005' AS DECIMAL(3, 2))", "1.01")]
    [InlineData("CAST(TS AS STRING)", "2018-05-11T21:58:33.000")]
    [InlineData("CAST(DT AS STRING)", "1970-01-11")]
    [InlineData("CAST('1970-01' AS DATE) = CAST('1970-01-01' AS DATE)", "true")]
    [InlineData("CAST(TM AS STRING)", "00:00:05")]
    [InlineData("CAST('ye' AS BOOLEAN)", "true")]
    [InlineData("CAST(A AS STRING)", "[1, 2, 3]")]
    [InlineData("CAST(ST AS STRING)", "Struct{F1=5,F2=five}")]
    [InlineData("TS > '2018-05-11T21:58:32'", "true")]
    [InlineData("DT > CAST('1970-01-10T00:00:00' AS TIMESTAMP)", "true")]
    [InlineData("A[1]", "1")]
    [InlineData("A[-1]", "3")]
    [InlineData("A[9]", null)]
    [InlineData("MP['x']", "1")]
    [InlineData("ST->F2", "five")]
    [InlineData("ARRAY[I, 8][2]", "8")]
    [InlineData("MAP('k' := I)['k']", "7")]
    [InlineData("STRUCT(X := I)->X", "7")]
    [InlineData("UCASE(S)", "ABC")]
    [InlineData("ABS(-1.5)", "1.5")]
    [InlineData("REDUCE(TRANSFORM(A, x => x * 2), 0, (acc, x) => acc + x)", "12")]
    [InlineData("DATEADD(DAYS, 1, DT) = CAST('1970-01-12' AS DATE)", "true")]
    [InlineData("COALESCE(N, S)", "abc")]
    public void Expression_has_the_value_that_ksqldb_gives(string text, string? expected)
    {
        if (Compile(text) is not { } compiled)
        {
            Assert.Null(expected);
            return;
        }

        Assert.Equal(expected, SqlText.Of(compiled.Evaluate(Row), compiled.Type!));
    }

    [Theory]
    [InlineData("I / 0")]
    [InlineData("CAST('x' AS INTEGER)")]
    [InlineData("CAST(L AS DECIMAL(3, 0))")]
    [InlineData("GEO_DISTANCE(100.0, 0.0, 0.0, 0.0)")]
    public void Expression_that_cannot_be_computed_throws(string text)
    {
        var compiled = Compile(text)!;

        Assert.ThrowsAny<Exception>(() => compiled.Evaluate(Row));
    }

    [Fact]
    public void Query_drops_a_row_whose_filter_fails_and_nulls_a_column_that_fails()
    {
        var failures = new List<EvaluationFailure>();
        var filtered = Query("SELECT I FROM T WHERE I / 0 > 1 EMIT CHANGES;", failures);
        var projected = Query("SELECT I, I / 0 AS Q FROM T EMIT CHANGES;", failures);
        object?[] row = [.. Row, 0L, 0, 0L];

        Assert.False(filtered.Accepts(row));
        Assert.Equal(new object?[] { 7, null }, projected.Project(row));
        Assert.Equal(["WHERE", "Q"], failures.Select(f => f.Expression));
    }

    private static CompiledQuery Query(string text, List<EvaluationFailure> failures)
    {
        var catalogue = new Catalogue([new Relation("T", RelationKind.Stream, "t", Schema, RelationOrigin.Feed)]);
        var query = (QueryStatement)KsqlParser.Parse(text).Statements[0];
        var analysis = QueryAnalyzer.Analyze(query.Query, catalogue, text);
        return CompiledQuery.Compile(analysis.Query!, FunctionServices.System, failures.Add);
    }

    private static CompiledExpression? Compile(string text)
    {
        var (syntax, errors) = KsqlParser.ParseExpression(text);
        Assert.Empty(errors);
        var (bound, _) = QueryAnalyzer.AnalyzeExpression(syntax!, Schema, text);
        return bound is null ? null : ExpressionCompiler.Compile(bound, FunctionServices.System);
    }
}
