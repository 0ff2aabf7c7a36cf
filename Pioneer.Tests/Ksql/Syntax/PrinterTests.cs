using CsCheck;
using Pioneer.Ksql.Syntax;
using Xunit;

namespace Pioneer.Tests.Ksql.Syntax;

public sealed class PrinterTests
{
    [Fact]
    public void Print_of_any_query_reads_back_to_an_equal_tree() => TreeGenerator.AnyQuery.Sample(
        query =>
        {
            var text = KsqlPrinter.Print(query);
            var result = KsqlParser.Parse(text);
            Assert.True(result.Diagnostics.IsEmpty, $"{text}\n{string.Join('\n', result.Diagnostics)}");
            Assert.Equal(query, ((QueryStatement)Assert.Single(result.Statements)).Query);
        },
        iter: 5_000);

    [Theory]
    [InlineData("select -(1), - -a, -(-1), -a * b, -(a * b), (a + b) * c - (d - e) from p")]
    [InlineData("CREATE SOURCE TABLE IF NOT EXISTS t (id INT PRIMARY KEY, h BYTES HEADER('k'), hs ARRAY<STRUCT<key STRING, value BYTES>> HEADERS) WITH (a=1)")]
    [InlineData("INSERT INTO s WITH (QUERY_ID='x') SELECT * FROM p EMIT CHANGES")]
    [InlineData("INSERT INTO s (a, b) VALUES (1, -2 + f('x'))")]
    [InlineData("DROP STREAM IF EXISTS s DELETE TOPIC")]
    [InlineData("ALTER TABLE s ADD COLUMN a INT, ADD b STRUCT<>")]
    [InlineData("CREATE TYPE IF NOT EXISTS t AS MAP<STRING, DECIMAL(4,2)>")]
    [InlineData("CREATE SINK CONNECTOR IF NOT EXISTS `c` WITH ('connector.class'='x', \"tasks.max\"='1')")]
    [InlineData("DROP CONNECTOR IF EXISTS `c`")]
    [InlineData("DROP TYPE IF EXISTS t")]
    [InlineData("TERMINATE ALL")]
    [InlineData("PAUSE q_1")]
    [InlineData("EXPLAIN CTAS_X_1")]
    [InlineData("EXPLAIN SELECT a FROM p EMIT CHANGES")]
    [InlineData("LIST ALL TOPICS EXTENDED")]
    [InlineData("SHOW SOURCE CONNECTORS")]
    [InlineData("SHOW CONNECTOR PLUGINS")]
    [InlineData("DESCRIBE FUNCTION count")]
    [InlineData("DESCRIBE function")]
    [InlineData("DESCRIBE TABLES EXTENDED")]
    [InlineData("DESCRIBE `TABLES`")]
    [InlineData("DESCRIBE CONNECTOR c")]
    [InlineData("PRINT topicName FROM BEGINNING INTERVAL 5 LIMIT 10")]
    [InlineData("SET 'a'='it''s'")]
    [InlineData("UNSET 'a'")]
    [InlineData("ALTER SYSTEM 'a'='b'")]
    [InlineData("DEFINE x = 'y'")]
    [InlineData("UNDEFINE x")]
    [InlineData("ASSERT NOT EXISTS TOPIC 'a.b' WITH (PARTITIONS=1) TIMEOUT 5 SECONDS")]
    [InlineData("ASSERT SCHEMA SUBJECT 's' ID 3 TIMEOUT 1 MINUTE")]
    public void Print_of_a_statement_reads_back_to_an_equal_tree(string text)
    {
        var first = KsqlParser.Parse(text);
        Assert.Empty(first.Diagnostics);

        var printed = KsqlPrinter.Print(Assert.Single(first.Statements));
        var second = KsqlParser.Parse(printed);

        Assert.Empty(second.Diagnostics);
        Assert.Equal(first.Statements[0], Assert.Single(second.Statements));
        Assert.Equal(printed, KsqlPrinter.Print(second.Statements[0]));
    }

    [Theory]
    [InlineData("select Amount from Payments p where p.amount>=1000 emit changes", "SELECT AMOUNT FROM PAYMENTS AS P WHERE P.AMOUNT >= 1000 EMIT CHANGES")]
    [InlineData("select \"Mixed\", `SELECT` from s -- secret", "SELECT `Mixed`, `SELECT` FROM S")]
    [InlineData("select a from s where (a or b) and not (c = 1)", "SELECT A FROM S WHERE (A OR B) AND NOT C = 1")]
    public void Print_gives_one_canonical_line(string text, string expected) =>
        Assert.Equal(expected, KsqlPrinter.Print(KsqlParser.Parse(text).Statements[0]));
}
