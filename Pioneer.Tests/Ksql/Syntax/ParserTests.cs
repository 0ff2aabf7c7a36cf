using System.Diagnostics;
using System.Text;
using Pioneer.Ksql.Syntax;
using Xunit;

namespace Pioneer.Tests.Ksql.Syntax;

public sealed class ParserTests
{
    [Theory]
    [InlineData("SELECT a FORM payments;", "1:10 Expecting 'FROM', found 'FORM' (Did you mean FROM?)")]
    [InlineData("SELEC * FROM p;", "1:1 Unknown statement 'SELEC' (Did you mean SELECT?)")]
    [InlineData("SELECT * FROM p ORDER BY x;", "1:17 mismatched input 'ORDER BY' (Rows come in the order of the stream; ksql has no ORDER BY.)")]
    [InlineData("SELECT a b c FROM p;", "1:12 extraneous input 'c' (Separate selected items with commas; FROM ends the list.)")]
    [InlineData("SELECT * FROM p WHERE a = b = c;", "1:29 mismatched input '=' (Comparisons don't chain: join them with AND, or use parentheses.)")]
    [InlineData("SELECT a, FROM p;", "1:11 Expecting an expression, found the reserved word 'FROM'")]
    [InlineData("SELECT a FROM p EMIT CHANGES WHERE a > 1;", "1:30 WHERE must come before EMIT (The order is WINDOW, WHERE, GROUP BY, PARTITION BY, HAVING, EMIT, LIMIT.)")]
    [InlineData("SELECT 'abc FROM p;", "1:8 The string is not closed. (Close it with '.)")]
    [InlineData("SELECT 9223372036854775808 FROM p;", "1:8 Invalid numeric literal: 9223372036854775808 (Write it with a decimal point to make it a DECIMAL.)")]
    [InlineData("SELECT f(a, (b, c)) FROM p;", "1:15 missing ')' at ','")]
    [InlineData("SELECT size FROM p;", "1:8 Expecting an expression, found the reserved word 'size' (Quote it if it is a column: `SIZE`.)")]
    [InlineData("SELECT * FROM p WHERE ${x};", "1:23 Variables are not substituted: ${x} (Write the value itself.)")]
    [InlineData("SELECT é FROM p;", "1:8 token recognition error at: '\\u00E9' (Outside strings and quoted names only ASCII characters are allowed.)")]
    [InlineData("CREATE STREAM s (a DECIMAL(2, 3));", "1:20 DECIMAL precision must be >= scale: DECIMAL(2,3)")]
    [InlineData("CREATE STREAM \"a.b\" (a INT);", "1:15 Illegal argument: Source names may only contain alphanumeric values, '_' or '-'. Got: 'a.b'")]
    public void Parse_says_what_is_wrong_where_and_what_to_do(string text, string expected)
    {
        var result = KsqlParser.Parse(text);

        var first = result.Diagnostics[0];
        Assert.Equal(expected, $"{first.Start.Line}:{first.Start.Column} {first.Message}{(first.Hint is null ? "" : $" ({first.Hint})")}");
    }

    [Fact]
    public void Parse_reports_several_errors_of_one_text_and_keeps_the_rest()
    {
        var result = KsqlParser.Parse("SELECT a, , b + FROM p WHERE x = ;\nSELECT ok FROM q;\nDROP NOTHING;");

        Assert.Equal(["1:11", "1:17", "1:34", "3:6"], result.Diagnostics.Select(d => $"{d.Start.Line}:{d.Start.Column}"));
        Assert.Equal("SELECT OK FROM Q", KsqlPrinter.Print(result.Statements[1]));
    }

    [Theory]
    [InlineData("SELECT {0}1{1} FROM p;", "(", ")")]
    [InlineData("SELECT {0}a{1} FROM p;", "f(", ")")]
    [InlineData("SELECT {0}a{1} FROM p;", "NOT ", "")]
    [InlineData("SELECT {0}a{1} FROM p;", "- ", "")]
    [InlineData("SELECT {0}a{1} FROM p;", "CASE WHEN a THEN ", " END")]
    [InlineData("SELECT {0}a{1} FROM p;", "a[", "]")]
    [InlineData("SELECT a{1} FROM p;", "", " + 1")]
    [InlineData("SELECT a{1} FROM p;", "", "->b")]
    [InlineData("SELECT a{1} FROM p;", "", "[1]")]
    [InlineData("SELECT f(a{0}b{1}) FROM p;", ", x => f(a", ")")]
    [InlineData("SELECT {0}", "(", "")]
    [InlineData("CREATE STREAM s (a {0}INT{1});", "ARRAY<", ">")]
    [InlineData("CREATE STREAM s (a INT{1});", "", " ARRAY")]
    [InlineData("{0}SELECT a FROM p;", "EXPLAIN ", "")]
    public void Parse_refuses_10000_levels_without_overflowing_the_stack(string template, string open, string close)
    {
        var text = string.Format(
            System.Globalization.CultureInfo.InvariantCulture,
            template,
            string.Concat(Enumerable.Repeat(open, 10_000)),
            string.Concat(Enumerable.Repeat(close, 10_000)));

        ParseResult? result = null;
        var small = new Thread(() => result = KsqlParser.Parse(text), maxStackSize: 1024 * 1024);
        small.Start();
        small.Join();

        Assert.Contains(result!.Diagnostics, d => d.Code == "NestedTooDeeply");
        Assert.True(result.Diagnostics.Length < 5, string.Join('\n', result.Diagnostics));
    }

    [Fact]
    public void Parse_takes_a_flat_chain_of_conditions_of_1_MB()
    {
        var text = $"SELECT * FROM p WHERE {string.Join(" AND ", Enumerable.Repeat("amount > 1000", 60_000))};";
        KsqlParser.Parse(text);

        var watch = Stopwatch.StartNew();
        var result = KsqlParser.Parse(text);

        Assert.True(text.Length > 1_000_000);
        Assert.Empty(result.Diagnostics);
        // anything quadratic takes far longer on 1 MB
        Assert.True(watch.Elapsed < Patience.Usual, $"{watch.ElapsedMilliseconds} ms");
    }

    [Theory]
    [InlineData(";")]
    [InlineData("SELECT ")]
    [InlineData("a ")]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData(",")]
    [InlineData("'")]
    [InlineData("\"")]
    [InlineData("/*")]
    [InlineData("\u0000")]
    [InlineData("\ud800")]
    [InlineData("CREATE STREAM (")]
    [InlineData("GROUP BY (")]
    [InlineData("x => ")]
    [InlineData("1.")]
    public void Parse_takes_1_MB_of_anything_quickly(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length));
        var watch = Stopwatch.StartNew();

        var result = KsqlParser.Parse(text);

        Assert.True(result.HasErrors);
        Assert.InRange(result.Diagnostics.Length, 1, Pioneer.Ksql.DiagnosticBag.MaxDiagnostics);
        Assert.True(watch.Elapsed < Patience.Usual, $"{watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public void Parse_never_throws_on_any_cut_or_damage_of_a_statement()
    {
        const string Text = """
            CREATE OR REPLACE TABLE t WITH (KAFKA_TOPIC='x', PARTITIONS=3) AS SELECT a.id, CASE WHEN x IN (1, 2) THEN MAP('k' := 1)['k'] ELSE
            CAST(y AS DECIMAL(4, 2)) END AS v, TRANSFORM(arr, z => z * 2), s->f, COUNT(*) FROM l a LEFT JOIN r ON a.id = r.id WINDOW HOPPING
            (SIZE 1 HOUR, ADVANCE BY 5 MINUTES, GRACE PERIOD 1 DAY) WHERE NOT q LIKE '%a' ESCAPE '!' AND b BETWEEN 1 AND -2.5 OR c IS NOT
            DISTINCT FROM NULL GROUP BY (a.id, v) HAVING COUNT(*) > 1E3 EMIT FINAL;
            """;
        Assert.Empty(KsqlParser.Parse(Text).Diagnostics);
        var random = new Random(7);
        string[] pieces = ["(", ")", "'", "`", "SELECT", ",", "->", "=>", "/*", "1", "FROM", "", ";", "<", "[", ":="];
        for (var i = 0; i < Text.Length; i++)
        {
            Print(KsqlParser.Parse(Text[..i]));
            Print(KsqlParser.Parse(Text[i..]));
            var damaged = new StringBuilder(Text);
            damaged.Remove(i, Math.Min(random.Next(6), Text.Length - i)).Insert(i, pieces[random.Next(pieces.Length)]);
            Print(KsqlParser.Parse(damaged.ToString()));
        }
    }

    [Fact]
    public void Spans_hold_exactly_the_text_of_their_node()
    {
        const string Text = "SELECT  a.b ,\n f( 1 ) AS x FROM  p WHERE a > -1.50 ;";
        var query = ((QueryStatement)Assert.Single(KsqlParser.Parse(Text).Statements)).Query;

        string Of(SyntaxNode node) => Text.Substring(node.Span.Start, node.Span.Length);

        Assert.Equal("a.b", Of(query.Select[0]));
        Assert.Equal("f( 1 ) AS x", Of(query.Select[1]));
        Assert.Equal("p", Of(query.From));
        Assert.Equal("a > -1.50", Of(query.Where!));
        Assert.Equal("-1.50", Of(((ComparisonExpression)query.Where!).Right));
    }

    private static void Print(ParseResult result)
    {
        foreach (var statement in result.Statements)
        {
            _ = KsqlPrinter.Print(statement);
        }
    }
}
