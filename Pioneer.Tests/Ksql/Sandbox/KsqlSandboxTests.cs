using Pioneer.Ksql;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Sandbox;
using Pioneer.Ksql.Types;
using Pioneer.Ksql.Syntax;
using Xunit;
using static Pioneer.Tests.Ksql.Sandbox.SandboxFixture;

namespace Pioneer.Tests.Ksql.Sandbox;

public sealed class KsqlSandboxTests
{
    [Fact]
    public void Select_is_rewritten_to_internal_names_and_keeps_the_schema_its_author_saw()
    {
        var verdict = Check(
            "select p.id, amount * 2, counterparty->name -- my secret\n from payments p where p.amount > 1000 /* x */ emit changes;",
            SandboxMode.Deploy,
            "large-payments");

        Assert.Empty(verdict.Diagnostics);
        var statement = Assert.Single(verdict.Statements);
        Assert.Equal(
            "SELECT P.ID, AMOUNT * 2 AS KSQL_COL_0, COUNTERPARTY->NAME AS NAME FROM ACME__PAYMENTS AS P WHERE P.AMOUNT > 1000 EMIT CHANGES;",
            statement.Rewritten);
        Assert.Equal(["acme.t.payments"], statement.Reads);
        Assert.Equal(["acme.d.large-payments"], statement.Writes);
        Assert.Equal("`ID` BIGINT KEY, `KSQL_COL_0` DECIMAL(29, 2), `NAME` STRING", statement.ResultSchema.ToString());
    }

    [Fact]
    public void Star_is_spelled_out_so_that_a_new_column_of_the_feed_does_not_change_the_result()
    {
        var statement = Assert.Single(Check("SELECT * FROM BALANCES EMIT CHANGES", SandboxMode.Deploy, "b").Statements);

        Assert.Equal("SELECT ACCOUNT_ID, BALANCE, OWNER FROM ACME__BALANCES AS BALANCES EMIT CHANGES;", statement.Rewritten);
    }

    [Fact]
    public void SelectFrom_prints_the_same_select_over_a_seed_stream()
    {
        var deployable = Assert.Single(Check("SELECT * FROM BALANCES WHERE BALANCES.BALANCE < 0 EMIT CHANGES", SandboxMode.Deploy, "b").Statements).Deployable!;

        Assert.Equal("ACME__BALANCES", deployable.SourceObject);
        Assert.Equal("acme.t.balances", deployable.SourceTopic);
        Assert.Equal(
            "SELECT ACCOUNT_ID, BALANCE, OWNER FROM ACME__SEED_1 AS BALANCES WHERE BALANCES.BALANCE < 0 EMIT CHANGES",
            deployable.SelectFrom("ACME__SEED_1"));
    }

    [Fact]
    public void Create_stream_as_select_writes_the_delivery_topic_of_its_name()
    {
        var statement = Assert.Single(Check("CREATE STREAM big AS SELECT ID, AMOUNT FROM PAYMENTS WHERE AMOUNT > 1").Statements);

        Assert.Equal(["acme.d.big"], statement.Writes);
        Assert.Equal(
            "CREATE STREAM ACME__BIG WITH (KAFKA_TOPIC='acme.d.big', KEY_FORMAT='JSON', VALUE_FORMAT='JSON') AS SELECT ID, AMOUNT FROM ACME__PAYMENTS AS PAYMENTS WHERE AMOUNT > 1 EMIT CHANGES;",
            statement.Rewritten);
        Assert.NotNull(statement.Deployable);
    }

    [Fact]
    public void What_is_rewritten_is_ksql_that_reads_back()
    {
        foreach (var sql in new[] { "SELECT ID, `weird name`, 'it''s' || CURRENCY FROM PAYMENTS EMIT CHANGES", "SELECT ID, AMOUNT \"a`b\" FROM PAYMENTS EMIT CHANGES" })
        {
            foreach (var statement in Check(sql).Statements)
            {
                var parsed = KsqlParser.Parse(statement.Rewritten);
                Assert.Empty(parsed.Diagnostics);
                Assert.Single(parsed.Statements);
            }
        }
    }

    [Fact]
    public void A_query_without_its_key_can_be_previewed_and_says_that_it_cannot_be_deployed()
    {
        const string Sql = "SELECT AMOUNT FROM PAYMENTS EMIT CHANGES";

        var verdict = Check(Sql);

        Assert.True(verdict.Valid);
        Assert.Equal((Severity.Warning, "KeyMissing"), (verdict.Diagnostics[0].Severity, verdict.Diagnostics[0].Code));
        Assert.Null(verdict.Statements[0].Deployable);
        Assert.False(Check(Sql, SandboxMode.Deploy, "x").Valid);
        Assert.True(Check(Sql, SandboxMode.Preview).Valid);
    }

    [Theory]
    [InlineData("SELECT CURRENCY, COUNT(*) AS N FROM PAYMENTS GROUP BY CURRENCY EMIT CHANGES")]
    [InlineData("SELECT * FROM PAYMENTS PARTITION BY CURRENCY EMIT CHANGES")]
    [InlineData("SELECT P.ID FROM PAYMENTS P JOIN BALANCES B ON P.ID = B.ACCOUNT_ID EMIT CHANGES")]
    public void State_is_not_open_to_tenants_whatever_the_ksql_server_runs(string sql) =>
        Assert.Contains(Check(sql, SandboxMode.Deploy, "x").Diagnostics, d => d.Code == "NotSupportedYet");

    [Fact]
    public void Names_in_a_half_written_statement_are_checked_too()
    {
        var verdict = Check("SELECT ID, AMOUT FROM PAYMENTS WHERE CURENCY = 'EUR' AND ");

        Assert.Equal(["UnknownColumn", "UnknownColumn", "MissingExpression"], verdict.Diagnostics.Select(d => d.Code));
    }

    [Fact]
    public void Preview_of_a_create_statement_shows_its_rows()
    {
        var statement = Assert.Single(Check("CREATE STREAM x AS SELECT ID, AMOUNT FROM PAYMENTS", SandboxMode.Preview).Statements);

        Assert.Equal("SELECT ID, AMOUNT FROM ACME__PAYMENTS AS PAYMENTS EMIT CHANGES;", statement.Rewritten);
        Assert.Empty(statement.Writes);
    }

    [Theory]
    [InlineData("first", "SELECT * FROM THIRD EMIT CHANGES;", SandboxMode.Validate)]
    [InlineData("first", "SELECT * FROM THIRD EMIT CHANGES;", SandboxMode.Deploy)]
    [InlineData(null, "CREATE OR REPLACE STREAM FIRST AS SELECT * FROM THIRD;", SandboxMode.Validate)]
    public void Query_that_would_read_its_own_results_through_others_is_refused_with_the_chain(string? name, string sql, SandboxMode mode)
    {
        var verdict = Check(sql, mode, name, Chain);

        var diagnostic = Assert.Single(verdict.Diagnostics);
        Assert.Equal("ReadsItself", diagnostic.Code);
        Assert.Equal("FIRST can't read THIRD: FIRST reads THIRD reads SECOND reads FIRST, so every row would come back for ever.", diagnostic.Message);
    }

    [Fact]
    public void Query_may_read_a_chain_that_does_not_lead_back_to_it()
    {
        Assert.True(Check("SELECT * FROM THIRD EMIT CHANGES;", SandboxMode.Deploy, "fourth", Chain).Valid);
        Assert.True(Check("SELECT * FROM SECOND EMIT CHANGES;", SandboxMode.Deploy, "third", Chain).Valid);
        Assert.True(Check("SELECT * FROM THIRD EMIT CHANGES;", SandboxMode.Preview, "first", Chain).Valid);
    }

    [Theory]
    [InlineData("SHOW STREAMS;", StatementKind.Show)]
    [InlineData("LIST FUNCTIONS", StatementKind.Show)]
    [InlineData("DESCRIBE payments;", StatementKind.Describe)]
    [InlineData("DESCRIBE FUNCTION UCASE;", StatementKind.Describe)]
    [InlineData("EXPLAIN SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;", StatementKind.Explain)]
    public void Questions_about_own_things_are_answered_and_never_sent(string sql, StatementKind kind)
    {
        var statement = Assert.Single(Check(sql).Statements);

        Assert.Equal(kind, statement.Kind);
        Assert.Empty(statement.Rewritten);
        Assert.Empty(statement.Writes);
    }

    [Theory]
    [InlineData(null, Seedability.Exact)]
    [InlineData(true, Seedability.Exact)]
    [InlineData(false, Seedability.Refused)]
    public void Query_over_a_topic_that_keeps_no_state_cannot_be_seeded(bool? keepsState, Seedability expected)
    {
        var query = ((QueryStatement)KsqlParser.Parse("SELECT * FROM BALANCES EMIT CHANGES;").Statements[0]).Query;
        var relation = Bank.Catalogue.Find("BALANCES")! with { KeepsState = keepsState };

        var verdict = SeedabilityJudge.Judge(query, new Catalogue([relation]));

        Assert.Equal(expected, verdict.Verdict);
        Assert.True(expected != Seedability.Refused || verdict.Reasons is [var reason] && reason.Contains("holds events for a time", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SELECT * FROM BALANCES EMIT CHANGES", Seedability.Exact)]
    [InlineData("SELECT ACCOUNT_ID, UCASE(OWNER) FROM BALANCES WHERE BALANCE > 0 EMIT CHANGES", Seedability.Exact)]
    [InlineData("SELECT ACCOUNT_ID, ROWTIME AS T, OWNER FROM BALANCES EMIT CHANGES", Seedability.WithNote)]
    [InlineData("SELECT ACCOUNT_ID, ROWOFFSET AS O, OWNER FROM BALANCES EMIT CHANGES", Seedability.Refused)]
    [InlineData("SELECT ACCOUNT_ID, OWNER FROM BALANCES WHERE UNIX_TIMESTAMP() > 0 EMIT CHANGES", Seedability.Refused)]
    [InlineData("SELECT ACCOUNT_ID, RANDOM() AS R FROM BALANCES EMIT CHANGES", Seedability.Refused)]
    public void Seedability_follows_from_the_tree(string sql, Seedability expected)
    {
        var verdict = Check(sql);

        Assert.True(verdict.Valid, string.Join('\n', verdict.Diagnostics));
        Assert.Equal(expected, verdict.Statements[0].Seedability.Verdict);
        Assert.True(expected == Seedability.Exact || verdict.Statements[0].Seedability.Reasons.Length > 0);
    }

    [Theory]
    [InlineData("SELECT a.X, COUNT(*) AS N FROM BALANCES a GROUP BY a.X", "COUNT")]
    [InlineData("SELECT X, LATEST_BY_OFFSET(Y) AS Y FROM BALANCES WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY X", "window")]
    [InlineData("SELECT * FROM BALANCES a JOIN PAYMENTS b WITHIN 1 HOUR ON a.X = b.Y", "joins streams")]
    public void Seedability_of_what_is_still_to_come_is_judged_too(string sql, string reason)
    {
        var query = ((QueryStatement)KsqlParser.Parse(sql).Statements[0]).Query;

        var verdict = SeedabilityJudge.Judge(query, Bank.Catalogue);

        Assert.Equal(Seedability.Refused, verdict.Verdict);
        Assert.Contains(verdict.Reasons, r => r.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Verdict_on_a_typical_statement_takes_little_memory()
    {
        const string Sql = "SELECT ID, AMOUNT, CURRENCY, UCASE(COUNTERPARTY->NAME) AS WHO FROM PAYMENTS WHERE AMOUNT > 1000 AND CURRENCY IN ('EUR', 'USD') EMIT CHANGES;";
        Check(Sql);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.True(Check(Sql).Valid);

        // the time that it takes is measured by Pioneer.Benchmarks (sandbox)
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 256 << 10);
    }

    [Fact]
    public void A_catalogue_without_anything_still_gives_the_same_words() => Assert.Equal(
        Check("SELECT * FROM PAYMENTS_OF_GLOBEX_AND_OTHERS EMIT CHANGES").Diagnostics[0].Message,
        Check("SELECT * FROM PAYMENTS_OF_GLOBEX_AND_OTHERS EMIT CHANGES", catalogue: Catalogue.Empty).Diagnostics[0].Message);

    private static Catalogue Chain { get; } = new(
    [
        Subscription("FIRST", "acme.t.payments"),
        Subscription("SECOND", "acme.d.first"),
        Subscription("THIRD", "acme.d.second"),
    ]);

    private static Relation Subscription(string name, string reads) => new(
        name, RelationKind.Stream, $"acme.d.{name.ToLowerInvariant()}", RelationSchema.Parse("ID BIGINT KEY, AMOUNT DECIMAL(18, 2)"), RelationOrigin.Subscription)
    {
        Reads = [reads],
    };
}
