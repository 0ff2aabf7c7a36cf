using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Syntax;
using Xunit;

namespace Pioneer.Tests.Ksql.Analysis;

public sealed class QueryAnalyzerTests
{
    [Theory]
    [InlineData("ID, AMOUNT", "`ID` BIGINT KEY, `AMOUNT` DECIMAL(18, 2)")]
    [InlineData("AMOUNT AS A, p.ID AS PID", "`PID` BIGINT KEY, `A` DECIMAL(18, 2)")]
    [InlineData("ID, AMOUNT * 2, AMOUNT + RATE", "`ID` BIGINT KEY, `KSQL_COL_0` DECIMAL(29, 2), `KSQL_COL_1` DOUBLE")]
    [InlineData("ID, AS_VALUE(ID) AS COPY", "`ID` BIGINT KEY, `COPY` BIGINT")]
    [InlineData("ID, COUNTERPARTY->NAME, COUNTERPARTY->ADDRESS->CITY AS C", "`ID` BIGINT KEY, `NAME` STRING, `C` STRING")]
    [InlineData("ID, COUNTERPARTY->*", "`ID` BIGINT KEY, `NAME` STRING, `ADDRESS` STRUCT<`CITY` STRING>")]
    [InlineData("ID, TAGS[1] AS T, LIMITS['day'] AS L", "`ID` BIGINT KEY, `T` STRING, `L` INTEGER")]
    [InlineData("ID, CASE WHEN AMOUNT > 1000 THEN 'large' ELSE 'small' END AS SIZE_", "`ID` BIGINT KEY, `SIZE_` STRING")]
    [InlineData("ID, CASE CURRENCY WHEN 'EUR' THEN 1.5 WHEN 'USD' THEN 2.5 END AS X", "`ID` BIGINT KEY, `X` DECIMAL(2, 1)")]
    [InlineData("ID, CAST(AMOUNT AS STRING) || ' ' || CURRENCY AS TEXT", "`ID` BIGINT KEY, `TEXT` STRING")]
    [InlineData("ID, TRANSFORM(TAGS, t => UCASE(t)) AS U", "`ID` BIGINT KEY, `U` ARRAY<STRING>")]
    [InlineData("ID, REDUCE(TAGS, 0, (n, t) => n + LEN(t)) AS N", "`ID` BIGINT KEY, `N` INTEGER")]
    [InlineData("ID, ARRAY[1, 2.50] AS A, MAP('k' := RATE) AS M, STRUCT(x := ID) AS S", "`ID` BIGINT KEY, `A` ARRAY<DECIMAL(12, 2)>, `M` MAP<STRING, DOUBLE>, `S` STRUCT<`X` BIGINT>")]
    [InlineData("ID, 0.05 AS FEE, 3000000000 AS BIG, 1E3 AS D", "`ID` BIGINT KEY, `FEE` DECIMAL(2, 2), `BIG` BIGINT, `D` DOUBLE")]
    [InlineData("ID, ROWTIME AS AT_", "`ID` BIGINT KEY, `AT_` BIGINT")]
    public void Result_schema_follows_from_the_projection(string select, string schema)
    {
        var result = Analyze($"SELECT {select} FROM PAYMENTS p EMIT CHANGES");

        Assert.Empty(result.Diagnostics);
        Assert.Equal(schema, result.Query!.ResultSchema.ToString());
    }

    [Theory]
    [InlineData("SELECT AMOUT, ID FROM PAYMENTS EMIT CHANGES", "1:8-1:13 UnknownColumn SELECT column 'AMOUT' cannot be resolved. | Did you mean AMOUNT?")]
    [InlineData("SELECT \"amount\", ID FROM PAYMENTS EMIT CHANGES", "1:8-1:16 UnknownColumn SELECT column 'amount' cannot be resolved. | Did you mean AMOUNT? Names in quotes keep their case.")]
    [InlineData("SELECT ID, COUNTERPARTY.NAME FROM PAYMENTS EMIT CHANGES", "1:12-1:29 UnknownSource 'COUNTERPARTY' is not a valid stream/table name or alias. | Fields of a struct are written COUNTERPARTY->NAME.")]
    [InlineData("SELECT ID, COUNTERPARTY->NAM FROM PAYMENTS EMIT CHANGES", "1:26-1:29 UnknownField Could not find field 'NAM' in 'COUNTERPARTY'. | Did you mean NAME?")]
    [InlineData("SELECT * FROM PAYMETS EMIT CHANGES", "1:15-1:22 UnknownSource Unknown stream or table: PAYMETS does not exist. | Did you mean PAYMENTS?")]
    [InlineData("SELECT ID, nope FROM GLOBEX__PAYMENTS WHERE 1", "1:22-1:38 UnknownSource Unknown stream or table: GLOBEX__PAYMENTS does not exist. | You can read PAYMENTS, BALANCES, LARGE_PAYMENTS.")]
    [InlineData("SELECT * FROM PAYMENTS WHERE AMOUNT > '1000' EMIT CHANGES", "1:30-1:45 CannotCompare Error in WHERE expression: Cannot compare AMOUNT (DECIMAL(18, 2)) to '1000' (STRING) with GREATER_THAN. | Write numbers without quotes, or CAST the text to a number.")]
    [InlineData("SELECT * FROM PAYMENTS WHERE CURRENCY EMIT CHANGES", "1:30-1:38 NotACondition Type error in WHERE expression: Should evaluate to boolean but is CURRENCY (STRING) instead. | Compare it with something.")]
    [InlineData("SELECT * FROM PAYMENTS WHERE CURRENCY = NULL EMIT CHANGES", "1:30-1:45 ComparisonWithNull Error in WHERE expression: Comparison with NULL not supported: STRING = NULL | Use 'IS NULL' or 'IS NOT NULL' instead.")]
    [InlineData("SELECT ID, UCASE(AMOUNT) FROM PAYMENTS EMIT CHANGES", "1:12-1:25 WrongArguments Function 'UCASE' does not accept parameters (DECIMAL(18, 2)). | Valid alternatives are: UCASE(STRING)")]
    [InlineData("SELECT ID, UPPER(CURRENCY) FROM PAYMENTS EMIT CHANGES", "1:12-1:17 UnknownFunction Can't find any functions with the name 'UPPER' | ")]
    [InlineData("SELECT ID, CURRENCY + 1 FROM PAYMENTS EMIT CHANGES", "1:12-1:24 NoSuchArithmetic Arithmetic on types STRING and INTEGER are not supported. | CAST the text to a number, or join texts with ||.")]
    [InlineData("SELECT AMOUNT FROM PAYMENTS EMIT CHANGES", "1:8-1:14 KeyMissing Key missing from projection (ie, SELECT). The query used to build the result must include the key column ID in its projection (eg, SELECT ID...). | Add ID to the SELECT.")]
    [InlineData("SELECT ID FROM PAYMENTS EMIT CHANGES", "1:8-1:10 NoValueColumns The projection contains no value columns. | Select at least one column besides the key.")]
    [InlineData("SELECT ID, TRANSFORM(TAGS, t => t + 1) FROM PAYMENTS EMIT CHANGES", "1:33-1:38 NoSuchArithmetic Arithmetic on types STRING and INTEGER are not supported. | CAST the text to a number, or join texts with ||.")]
    [InlineData("SELECT ID, TRANSFORM(TAGS, AMOUNT => AMOUNT) FROM PAYMENTS EMIT CHANGES", "1:28-1:34 LambdaNameTaken Lambda function argument can't be a column name: AMOUNT | ")]
    [InlineData("SELECT ID, AMOUNT A, CURRENCY A FROM PAYMENTS EMIT CHANGES", "1:22-1:32 DuplicateColumn The projection has more than one column called `A`. | Give one of them another name with AS.")]
    public void Wrong_queries_are_refused_with_place_reason_and_way_out(string text, string expected)
    {
        var result = Analyze(text);

        var first = result.Diagnostics[0];
        Assert.Null(result.Query);
        Assert.Equal(expected, $"{first.Start.Line}:{first.Start.Column}-{first.End.Line}:{first.End.Column} {first.Code} {first.Message} | {first.Hint}");
    }

    [Theory]
    [InlineData("SELECT ID, COUNT(*) FROM PAYMENTS GROUP BY ID EMIT CHANGES", "1:12-1:20 Aggregate functions such as COUNT are not supported yet by this release.")]
    [InlineData("SELECT * FROM PAYMENTS PARTITION BY CURRENCY EMIT CHANGES", "1:37-1:45 PARTITION BY clauses are not supported yet by this release.")]
    public void What_an_engine_lacks_is_refused_for_that_engine_alone(string text, string expected)
    {
        var query = ((QueryStatement)KsqlParser.Parse(text).Statements[0]).Query;
        var options = new AnalysisOptions { Capabilities = EngineCapabilities.Stateless };

        var refused = QueryAnalyzer.Analyze(query, Bank.Catalogue, text, QueryUse.Persistent, options: options).Diagnostics[0];

        Assert.Equal("NotSupportedYet", refused.Code);
        Assert.Equal(expected, $"{refused.Start.Line}:{refused.Start.Column}-{refused.End.Line}:{refused.End.Column} {refused.Message}");
        Assert.NotNull(QueryAnalyzer.Analyze(query, Bank.Catalogue, text, QueryUse.Persistent).Query);
    }

    [Fact]
    public void Unknown_source_suppresses_every_later_check()
    {
        var result = Analyze("SELECT nope, COUNT(*) FROM SECRETS JOIN PAYMENTS ON 1 = 'a' WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY x");

        Assert.Equal("UnknownSource", Assert.Single(result.Diagnostics).Code);
    }

    [Fact]
    public void Several_errors_are_reported_in_the_order_of_the_text()
    {
        var result = Analyze("SELECT a, b, ID FROM PAYMENTS WHERE c = 1 AND d = 2 EMIT CHANGES");

        Assert.Equal([8, 11, 37, 47], result.Diagnostics.Select(d => d.Start.Column));
    }

    [Fact]
    public void Comparisons_are_cast_to_one_type()
    {
        var filter = (BoundComparison)Analyze("SELECT * FROM PAYMENTS WHERE AMOUNT > 1000 EMIT CHANGES").Query!.Filter!;

        Assert.Equal(filter.Left.Type, filter.Right.Type);
        Assert.IsType<BoundCast>(filter.Right);
    }

    [Theory]
    [InlineData("2018-01-01T00:00:00.001", 1514764800001)]
    [InlineData("2018", 1514764800000)]
    [InlineData("2018-01-01 01:00", 1514768400000)]
    [InlineData("2019-01-01T00:00:00+0445", 1546283700000)]
    [InlineData("2018-01-01T00:00:00Z", 1514764800000)]
    public void Rowtime_can_be_compared_with_the_text_of_a_time(string text, long epochMs)
    {
        var filter = (BoundComparison)Analyze($"SELECT * FROM PAYMENTS WHERE ROWTIME >= '{text}' EMIT CHANGES").Query!.Filter!;

        Assert.Equal(epochMs, ((BoundLiteral)filter.Right).Value);
    }

    [Fact]
    public void Transient_queries_need_no_key_and_may_show_rowtime()
    {
        const string Text = "SELECT ROWTIME, AMOUNT FROM PAYMENTS EMIT CHANGES LIMIT 5";
        var query = ((QueryStatement)KsqlParser.Parse(Text).Statements[0]).Query;

        var result = QueryAnalyzer.Analyze(query, Bank.Catalogue, Text);

        Assert.Empty(result.Diagnostics);
        Assert.Equal(5, result.Query!.Limit);
        Assert.Equal("`ROWTIME` BIGINT, `AMOUNT` DECIMAL(18, 2)", result.Query.ResultSchema.ToString());
    }

    private static AnalysisResult Analyze(string text)
    {
        var parsed = KsqlParser.Parse(text);
        Assert.Empty(parsed.Diagnostics);
        return QueryAnalyzer.Analyze(((QueryStatement)parsed.Statements[0]).Query, Bank.Catalogue, text, QueryUse.Persistent);
    }
}
