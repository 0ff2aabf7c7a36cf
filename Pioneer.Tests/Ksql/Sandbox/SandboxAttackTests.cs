using System.Diagnostics;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Sandbox;
using Xunit;
using static Pioneer.Tests.Ksql.Sandbox.SandboxFixture;

namespace Pioneer.Tests.Ksql.Sandbox;

/// <summary>Texts that people send who want what is not theirs, or the machine down.</summary>
public sealed class SandboxAttackTests
{
    [Theory]
    [InlineData("SELECT * FROM GLOBEX__PAYMENTS EMIT CHANGES;", "UnknownSource")]
    [InlineData("SELECT * FROM ACME__PAYMENTS EMIT CHANGES;", "UnknownSource")]
    [InlineData("SELECT * FROM `ACME__PAYMENTS` EMIT CHANGES;", "UnknownSource")]
    [InlineData("SELECT * FROM \"payments\" EMIT CHANGES;", "UnknownSource")]
    [InlineData("SELECT * FROM `globex.t.payments` EMIT CHANGES;", "InvalidSourceName")]
    [InlineData("SELECT * FROM KSQL_PROCESSING_LOG EMIT CHANGES;", "UnknownSource")]
    [InlineData("SELECT P.* FROM PAYMENTS P JOIN GLOBEX__PAYMENTS G WITHIN 1 HOUR ON P.ID = G.ID EMIT CHANGES;", "UnknownSource")]
    [InlineData("DESCRIBE GLOBEX__PAYMENTS;", "UnknownSource")]
    [InlineData("EXPLAIN SELECT * FROM GLOBEX__PAYMENTS EMIT CHANGES;", "UnknownSource")]
    [InlineData("EXPLAIN CSAS_GLOBEX__X_1;", "StatementNotAllowed")]
    [InlineData("EXPLAIN DROP STREAM PAYMENTS;", "StatementNotAllowed")]
    [InlineData("EXPLAIN EXPLAIN SELECT * FROM PAYMENTS EMIT CHANGES;", "StatementNotAllowed")]
    [InlineData("CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='globex.t.payments', VALUE_FORMAT='JSON');", "StatementNotAllowed")]
    [InlineData("CREATE SOURCE STREAM X (A INT) WITH (KAFKA_TOPIC='globex.t.payments', VALUE_FORMAT='JSON');", "StatementNotAllowed")]
    [InlineData("CREATE STREAM X WITH (KAFKA_TOPIC='globex.d.x') AS SELECT * FROM PAYMENTS;", "PropertyNotAllowed")]
    [InlineData("CREATE STREAM X WITH ('kafka_topic'='globex.d.x') AS SELECT * FROM PAYMENTS;", "PropertyNotAllowed")]
    [InlineData("CREATE STREAM X WITH (\"Kafka_Topic\"='globex.d.x') AS SELECT * FROM PAYMENTS;", "PropertyNotAllowed")]
    [InlineData("CREATE STREAM X WITH (VALUE_FORMAT='JSON', value_format='JSON') AS SELECT * FROM PAYMENTS;", "PropertyTwice")]
    [InlineData("CREATE STREAM X WITH (PARTITIONS=1000) AS SELECT * FROM PAYMENTS;", "PropertyNotAllowed")]
    [InlineData("CREATE STREAM X WITH (SECURITY='off') AS SELECT * FROM PAYMENTS;", "PropertyNotAllowed")]
    [InlineData("CREATE STREAM PAYMENTS AS SELECT * FROM BALANCES;", "NameBelongsToPlatform")]
    [InlineData("CREATE OR REPLACE STREAM PAYMENTS AS SELECT * FROM BALANCES;", "NameBelongsToPlatform")]
    [InlineData("CREATE STREAM LARGE_PAYMENTS AS SELECT * FROM PAYMENTS;", "AlreadyExists")]
    [InlineData("CREATE OR REPLACE STREAM LARGE_PAYMENTS AS SELECT * FROM LARGE_PAYMENTS;", "ReadsItself")]
    [InlineData("CREATE STREAM GLOBEX__X AS SELECT * FROM PAYMENTS;", "InvalidName")]
    [InlineData("CREATE STREAM `x` AS SELECT * FROM PAYMENTS;", "InvalidName")]
    [InlineData("CREATE STREAM `A-B` AS SELECT * FROM PAYMENTS;", "InvalidName")]
    [InlineData("CREATE STREAM _X AS SELECT * FROM PAYMENTS;", "InvalidName")]
    [InlineData("CREATE STREAM X_ AS SELECT * FROM PAYMENTS;", "InvalidName")]
    [InlineData("CREATE TABLE X AS SELECT * FROM PAYMENTS;", "WrongResultKind")]
    [InlineData("INSERT INTO GLOBEX__PAYMENTS SELECT * FROM PAYMENTS;", "StatementNotAllowed")]
    [InlineData("INSERT INTO PAYMENTS VALUES (1);", "StatementNotAllowed")]
    [InlineData("INSERT INTO LARGE_PAYMENTS WITH (QUERY_ID='X') SELECT ID, AMOUNT FROM PAYMENTS;", "StatementNotAllowed")]
    [InlineData("DROP STREAM PAYMENTS DELETE TOPIC;", "StatementNotAllowed")]
    [InlineData("TERMINATE ALL;", "StatementNotAllowed")]
    [InlineData("PAUSE ALL;", "StatementNotAllowed")]
    [InlineData("PRINT 'globex.t.payments' FROM BEGINNING;", "StatementNotAllowed")]
    [InlineData("PRıNT 'globex.t.payments';", "UnexpectedCharacter")]
    [InlineData("ſELECT * FROM PAYMENTS EMIT CHANGES;", "UnexpectedCharacter")]
    [InlineData("SHOW TOPICS;", "StatementNotAllowed")]
    [InlineData("SHOW QUERIES EXTENDED;", "StatementNotAllowed")]
    [InlineData("SHOW PROPERTIES;", "StatementNotAllowed")]
    [InlineData("SHOW STREAMS EXTENDED;", "StatementNotAllowed")]
    [InlineData("SHOW VARIABLES;", "StatementNotAllowed")]
    [InlineData("SHOW CONNECTORS;", "StatementNotAllowed")]
    [InlineData("DESCRIBE PAYMENTS EXTENDED;", "StatementNotAllowed")]
    [InlineData("SET 'ksql.service.id'='x';", "StatementNotAllowed")]
    [InlineData("UNSET 'auto.offset.reset';", "StatementNotAllowed")]
    [InlineData("ALTER SYSTEM 'a'='b';", "StatementNotAllowed")]
    [InlineData("DEFINE x = 'y';", "StatementNotAllowed")]
    [InlineData("ALTER STREAM PAYMENTS ADD COLUMN X INT;", "StatementNotAllowed")]
    [InlineData("CREATE TYPE T AS STRUCT<A INT>;", "StatementNotAllowed")]
    [InlineData("DROP TYPE T;", "StatementNotAllowed")]
    [InlineData("CREATE SOURCE CONNECTOR C WITH ('connector.class'='x');", "StatementNotAllowed")]
    [InlineData("ASSERT TOPIC 'globex.t.payments';", "StatementNotAllowed")]
    [InlineData("RUN SCRIPT '/etc/passwd';", "UnknownStatement")]
    [InlineData("SELECT * FROM PAYMENTS;", "PullQueryNotAllowed")]
    [InlineData("SELECT * FROM PAYMENTS EMIT CHANGES; DROP STREAM PAYMENTS;", "OneStatementOnly")]
    [InlineData("SELECT * FROM PAYMENTS EMIT CHANGES;;", "UnexpectedToken")]
    [InlineData("SELECT * FROM ${x} EMIT CHANGES;", "VariableRefused")]
    [InlineData("SELECT '${x}' AS A, ID FROM PAYMENTS EMIT CHANGES;", "VariableRefused")]
    [InlineData("SELECT * FROM PAYMENTS EMIT CHANGES; -- ${x}", "VariableRefused")]
    [InlineData("SELECT `${x}` FROM PAYMENTS EMIT CHANGES;", "VariableRefused")]
    [InlineData("SELECT 'a\u202eb' AS A, ID FROM PAYMENTS EMIT CHANGES;", "CharacterRefused")]
    [InlineData("SELECT ID, AMOUNT FROM PAYMENTS /* \u2066 */ EMIT CHANGES;", "CharacterRefused")]
    [InlineData("SELECT ID, AMOUNT FROM PAYMENTS\0 EMIT CHANGES;", "CharacterRefused")]
    [InlineData("SELECT ID, AMOUNT\ufeff FROM PAYMENTS EMIT CHANGES;", "CharacterRefused")]
    [InlineData("SELECT \"\" FROM PAYMENTS EMIT CHANGES", "MissingName")]
    [InlineData("SELECT ID, ``->X FROM PAYMENTS EMIT CHANGES", "MissingName")]
    [InlineData("SELECT ID, AMOUNT AS `` FROM PAYMENTS EMIT CHANGES", "MissingName")]
    [InlineData("SELECT ID, ``(1) FROM PAYMENTS EMIT CHANGES", "MissingName")]
    [InlineData("SELECT ID, X 'abc' AS Y FROM PAYMENTS EMIT CHANGES", "UnknownType")]
    [InlineData("", "NothingToRun")]
    [InlineData("-- nothing", "NothingToRun")]
    [InlineData("SELECT UCASE(SECRET(ID)) FROM PAYMENTS EMIT CHANGES;", "UnknownFunction")]
    [InlineData("SELECT ID, GENERATE_SERIES(1, 1000000000) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, GENERATE_SERIES(1, CAST(ID AS INT)) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, GENERATE_SERIES(-9223372036854775808, 9223372036854775807) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, TRANSFORM(GENERATE_SERIES(1, 5000), x => GENERATE_SERIES(1, 5000)) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, LPAD(CURRENCY, 2000000000, 'x') AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, RPAD(CURRENCY, CAST(ID AS INT), 'x') AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, ROUND(AMOUNT, 2000000000) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('(a+)+b', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('(a|a)*b', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('(a)\\1', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_REPLACE(CURRENCY, CURRENCY, 'x') AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REDUCE(TAGS, 'x', (s, t) => s || s) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REDUCE(TAGS, 'x', (s, t) => REPLACE(s, 'x', 'xx')) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REDUCE(TAGS, ARRAY[1], (s, t) => ARRAY_CONCAT(s, s)) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, TO_JSON_STRING(TO_JSON_STRING(TO_JSON_STRING(TO_JSON_STRING(TO_JSON_STRING(CURRENCY))))) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, TRANSFORM(TAGS, a => TRANSFORM(TAGS, b => TRANSFORM(TAGS, c => 1))) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, TRANSFORM(TAGS, a => TRANSFORM(TAGS, b => TAGS)) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, TRANSFORM(TRANSFORM(TAGS, a => TAGS), z => TRANSFORM(TAGS, w => 1)) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REDUCE(TAGS, 0, (n, t) => n + REDUCE(TAGS, 0, (m, u) => m + ARRAY_LENGTH(FILTER(TAGS, x => x = u)))) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, TRANSFORM(SPLIT(LPAD('x', 10000, 'x'), ''), a => TRANSFORM(SPLIT(LPAD('x', 10000, 'x'), ''), b => TRANSFORM(SPLIT(LPAD('x', 10000, 'x'), ''), c => 1))) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, TRANSFORM(GENERATE_SERIES(1, 10000), a => TRANSFORM(TAGS, b => TRANSFORM(TAGS, c => 1))) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, TRANSFORM(SPLIT(LPAD('x', 10000, 'x'), ''), a => GENERATE_SERIES(1, 10000)) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('(?x)(a+) +b', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('(?x: (a+) +b)', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('\\Q[\\E(a+)+b', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('[a[b](c+)+d', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('[a&&[b]]+', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('(a?){30}a{30}', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('(?>a+)b', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('(?=a+)b', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('.*.*.*.*x', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('(.*)(\\w*)(.*)(\\d*)x', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('a{1,2000000000}', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?b', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('a+b+c+d+e+f+g+h+i+', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('(a)\\k<x>', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('([^](a+)+]+)+', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;", "TooCostly")]
    [InlineData("SELECT ID, CAST(AMOUNT AS DECIMAL(2000000000, 1999999999)) AS S FROM PAYMENTS EMIT CHANGES;", "LimitExceeded")]
    [InlineData("SELECT ID, TRANSFORM(TAGS, a => TRANSFORM(TAGS, b => TRANSFORM(TAGS, c => TRANSFORM(TAGS, d => 1)))) AS S FROM PAYMENTS EMIT CHANGES;", "LimitExceeded")]
    public void Attack_is_refused(string sql, string code)
    {
        var verdict = Check(sql);

        Assert.False(verdict.Valid);
        Assert.Empty(verdict.Statements);
        Assert.Contains(code, verdict.Diagnostics.Select(d => d.Code));
        Assert.All(verdict.Diagnostics, d => Assert.DoesNotContain("ACME__", d.Hint ?? "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SELECT ID, REDUCE(TAGS, '', (s, t) => s || ',' || t) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, REDUCE(TAGS, '', (s, t) => CASE WHEN s = '' THEN t ELSE s || t END) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, REDUCE(TAGS, 0, (n, t) => n + LEN(t)) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, GENERATE_SERIES(1, 100) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, LPAD(CURRENCY, 10, '0') AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(CURRENCY, ' ', ''), '-', ''), '.', ''), '/', ''), '(', ''), ')', '') AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('^([A-Z]+)-(\\d{2,4})$', CURRENCY, 2) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('(?i)^eur\\s*(\\d+)$', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('.*?(\\d+).*', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('^(\\w+)://([^/:]+)(:\\d+)?(/.*)?$', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('(?<code>[A-Z]{3})[ -]+(?:\\d+|\\d+\\.\\d{1,2})', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('^([^,]*),([^,]*),([^,]*),(.*)$', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('[A-Z]+[0-9]+[a-z]+_+', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('[\\[\\](){}*+]{1,3}', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, REGEXP_EXTRACT('\\p{L}+ \\p{Lu}*', CURRENCY) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, TRANSFORM(TAGS, a => FILTER(TAGS, b => b = a)) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, TRANSFORM(TAGS, a => TRANSFORM(SPLIT(a, '-'), b => TRANSFORM(SPLIT(b, '.'), c => UCASE(c)))) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, REDUCE(TAGS, ARRAY[''], (s, t) => ARRAY_CONCAT(s, ARRAY[t])) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, TRANSFORM(FILTER(TAGS, t => LEN(t) > 1), t => CONCAT(CURRENCY, t)) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("SELECT ID, ROUND(AMOUNT, 1) AS S FROM PAYMENTS EMIT CHANGES;")]
    [InlineData("\ufeffSELECT ID, 'ü' AS S FROM PAYMENTS EMIT CHANGES -- comment: é")]
    public void Ordinary_work_is_let_through(string sql) => Assert.Empty(Check(sql).Diagnostics);

    [Fact]
    public void Others_things_are_refused_in_exactly_the_words_for_what_nobody_has()
    {
        // The sandbox is given only the tenant's own catalogue, so there is nothing it could tell apart; this holds the words themselves.
        string Words(string name) => string.Join('\n', Check($"SELECT * FROM {name} WHERE x = 1 GROUP BY y EMIT CHANGES;").Diagnostics
            .Select(d => $"{d.Code} {d.Message.Replace(name, "?", StringComparison.Ordinal)} {d.Hint} {d.Span}"));

        Assert.Equal(Words("GLOBEX__PAYMENTS"), Words("NOBODY__PAYMENTS"));
    }

    [Theory]
    [InlineData("auto.offset.reset", "earliest", SandboxMode.Preview, true)]
    [InlineData("auto.offset.reset", "latest", SandboxMode.Validate, true)]
    [InlineData("auto.offset.reset", "none", SandboxMode.Preview, false)]
    [InlineData("auto.offset.reset", "earliest", SandboxMode.Deploy, false)]
    [InlineData("AUTO.OFFSET.RESET", "earliest", SandboxMode.Preview, false)]
    [InlineData("ksql.streams.auto.offset.reset", "earliest", SandboxMode.Preview, false)]
    [InlineData("bootstrap.servers", "evil:9092", SandboxMode.Preview, false)]
    [InlineData("ksql.query.pull.table.scan.enabled", "true", SandboxMode.Preview, false)]
    public void Properties_are_refused_but_for_the_start_of_a_preview(string name, string value, SandboxMode mode, bool valid) => Assert.Equal(
        valid,
        Check("SELECT * FROM PAYMENTS EMIT CHANGES", mode, "x", properties: new Dictionary<string, string> { [name] = value }).Valid);

    [Theory]
    [InlineData("payments")]
    [InlineData("balances")]
    [InlineData("a--b")]
    [InlineData("a__b")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("ünder")]
    [InlineData("a.b")]
    [InlineData("")]
    [InlineData("a/../../b")]
    public void Subscription_names_that_would_reach_other_things_are_refused(string name) =>
        Assert.False(Check("SELECT * FROM PAYMENTS EMIT CHANGES", SandboxMode.Deploy, name).Valid);

    [Fact]
    public void A_subscription_cannot_read_its_own_results() => Assert.Equal(
        "ReadsItself",
        Check("SELECT * FROM LARGE_PAYMENTS EMIT CHANGES", SandboxMode.Deploy, "large-payments").Diagnostics[0].Code);

    [Fact]
    public void More_than_500_columns_are_refused() => Assert.Equal(
        "LimitExceeded",
        Check($"SELECT ID, {string.Join(", ", Enumerable.Range(0, 500).Select(i => $"AMOUNT AS A{i}"))} FROM PAYMENTS EMIT CHANGES").Diagnostics[0].Code);

    [Theory]
    [MemberData(nameof(Monsters))]
    public void Any_text_is_judged_in_bounded_time_and_space(string kind, string sql)
    {
        Check(sql);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();

        var verdict = Check(sql);

        // 100 ms and 64 MB are the goal on a free machine; the bound on time is that of what would never end
        Assert.True(watch.Elapsed < Patience.Usual, $"{kind}: {watch.ElapsedMilliseconds} ms");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64L * 1024 * 1024, $"{kind}: {(GC.GetAllocatedBytesForCurrentThread() - before) >> 20} MB");
        Assert.InRange(verdict.Diagnostics.Sum(d => d.Message.Length + (d.Hint?.Length ?? 0)), 0, 17 * 1024);
        Assert.InRange(verdict.Diagnostics.Length, 0, 50);
    }

    public static TheoryData<string, string> Monsters()
    {
        const string From = " FROM PAYMENTS EMIT CHANGES";
        string Times(string piece, int length = 64_000) => string.Concat(Enumerable.Repeat(piece, length / piece.Length));
        string Nest(string open, string core, string close, int depth) => Times(open, open.Length * depth) + core + Times(close, close.Length * depth);
        var wide = string.Join(" + ", Enumerable.Repeat("AMOUNT", 8_000));
        return new TheoryData<string, string>
        {
            { "1 MB", $"SELECT * FROM PAYMENTS WHERE {Times("AMOUNT > 1 AND ", 1_000_000)} TRUE EMIT CHANGES" },
            { "64 KB of unknown columns", $"SELECT {Times("a,")} ID{From}" },
            { "64 KB of unknown long columns", $"SELECT {Times("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH,")} ID{From}" },
            { "flat AND", $"SELECT * FROM PAYMENTS WHERE {Times("AMOUNT > 1 AND ")} TRUE EMIT CHANGES" },
            { "flat OR of unknown", $"SELECT * FROM PAYMENTS WHERE {Times("x = 1 OR ")} TRUE EMIT CHANGES" },
            { "regular expressions", $"SELECT * FROM PAYMENTS WHERE {Times("REGEXP_EXTRACT('([a-c][b-e][c-g][d-i])+(b[a]c[k])*[0-3]+[5-9]*', CURRENCY) = 'x' AND ")} TRUE EMIT CHANGES" },
            { "sum", $"SELECT ID, {wide} AS S{From}" },
            { "parentheses", $"SELECT {Nest("(", "1", ")", 30_000)}{From}" },
            { "nested CASE with an operand", $"SELECT ID, {Nest("CASE ", "1", " WHEN 1 THEN 1 WHEN 2 THEN 2 END", 60)} AS S{From}" },
            { "nested calls", $"SELECT ID, {Nest("COALESCE(", "1", ", 1)", 60)} AS S{From}" },
            { "nested lambdas", $"SELECT ID, {Nest("TRANSFORM(TAGS, x => ", "1", ")", 2_000)} AS S{From}" },
            { "nested wrong lambdas", $"SELECT ID, {Nest("REDUCE(TAGS, 0, (x, y) => ", "nope", ")", 60)} AS S{From}" },
            { "IN list", $"SELECT * FROM PAYMENTS WHERE CURRENCY IN ({Times("'a',")} 'b') EMIT CHANGES" },
            { "dollar signs", Times("${") },
            { "control characters", Times("\u0001") },
            { "quotes", Times("'") },
            { "comments", Times("/**/") },
            { "unknown functions", $"SELECT {Times("f(1),")} ID{From}" },
            { "statements", Times("SHOW STREAMS;") },
            { "types", $"SELECT CAST(1 AS {Nest("ARRAY<", "INT", ">", 9_000)}){From}" },
            { "struct star", $"SELECT {Times("COUNTERPARTY->*, ")} ID{From}" },
            { "stars", $"SELECT {Times("*,")} ID{From}" },
            { "digits", $"SELECT ID, {Times("9")}.5 AS X{From}" },
            { "string in message", $"SELECT * FROM PAYMENTS WHERE '{Times("x")}' > 1 EMIT CHANGES" },
            { "format in WITH", $"CREATE STREAM X WITH (VALUE_FORMAT='{Times("x")}') AS SELECT * FROM PAYMENTS" },
        };
    }

    [Fact]
    public void A_large_catalogue_does_not_make_the_verdict_slow()
    {
        var catalogue = new Catalogue([.. Enumerable.Range(0, 2_000).Select(i => Bank.Payments with { Name = $"FEED_NUMBER_{i}_OF_A_LARGE_TENANT" }), Bank.Payments]);
        Check("SELECT * FROM FEED_NUMBR_7 EMIT CHANGES", catalogue: catalogue);
        var watch = Stopwatch.StartNew();

        Check("SELECT * FROM FEED_NUMBER_X_OF_A_LARGE_TENANT EMIT CHANGES", catalogue: catalogue);

        Assert.True(watch.Elapsed < Patience.Usual, $"{watch.ElapsedMilliseconds} ms");
    }
}
