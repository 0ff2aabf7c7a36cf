using CsCheck;
using Pioneer.Ksql.Sandbox;
using Pioneer.Ksql.Syntax;
using Pioneer.Tests.Ksql.Syntax;
using Pioneer.Tests.Ksql.Cases;
using Xunit;
using static Pioneer.Tests.Ksql.Sandbox.SandboxFixture;

namespace Pioneer.Tests.Ksql.Sandbox;

/// <summary>Whatever is let through, reads and writes only what is the tenant's: looked at from outside, in what would be sent.</summary>
public sealed class SandboxFenceTests(ITestOutputHelper output)
{
    private static readonly string[] OwnObjects = ["ACME__PAYMENTS", "ACME__BALANCES", "ACME__LARGE_PAYMENTS"];

    private static readonly string[] Pieces =
    [
        "GLOBEX__PAYMENTS", "ACME__PAYMENTS", "`globex.t.payments`", ";", "DROP STREAM PAYMENTS;", "*", "FROM", ",", "(", ")", "'", "`", "--", "/*", "*/",
        "JOIN GLOBEX__X ON 1 = 1", "AS SELECT", "WITH (KAFKA_TOPIC='globex.t.x')", "EMIT CHANGES", "INSERT INTO X", "${x}", "\u202e", "PRINT", "->", "=>", "",
        " ", "\n", " -- note\n", " /* note */ ", " ", "\t", "", "ü", "AMOUNT, ", " OR TRUE ", "1",
    ];

    [Fact]
    public void Random_queries_never_reach_over_the_fence()
    {
        var valid = 0;
        TreeGenerator.AnyQuery.Sample(
            query => Interlocked.Add(ref valid, Judge(KsqlPrinter.Print(query with
            {
                From = new FromClause(new SourceReference(new Identifier("PAYMENTS"), null), query.From.Joins),
                Emit = EmitMode.Changes,
            }))),
            iter: 3_000);
        output.WriteLine($"{valid} let through");
    }

    [Fact]
    public void Damaged_statements_never_reach_over_the_fence()
    {
        string[] seeds =
        [
            "SELECT ID, AMOUNT, COUNTERPARTY->NAME FROM PAYMENTS P WHERE P.AMOUNT > 1000 AND CURRENCY IN ('EUR', 'USD') EMIT CHANGES;",
            "CREATE OR REPLACE STREAM BIG WITH (VALUE_FORMAT='JSON') AS SELECT ID, UCASE(CURRENCY) AS C, TRANSFORM(TAGS, t => t || 'x') AS T FROM PAYMENTS;",
            "EXPLAIN SELECT * FROM BALANCES EMIT CHANGES;",
        ];
        var random = new Random(11);
        var valid = 0;
        foreach (var seed in seeds)
        {
            for (var i = 0; i < 3_000; i++)
            {
                var text = seed;
                for (var cuts = random.Next(1, 4); cuts > 0; cuts--)
                {
                    var at = random.Next(text.Length);
                    text = text.Remove(at, Math.Min(random.Next(5) * random.Next(2), text.Length - at)).Insert(at, Pieces[random.Next(Pieces.Length)]);
                }

                valid += Judge(text);
            }
        }

        output.WriteLine($"{valid} let through");
        Assert.True(valid > 100, $"only {valid} were let through: the test shows nothing");
    }

    [Fact]
    public void Statements_that_people_write_for_ksqldb_never_reach_over_the_fence()
    {
        var (valid, all) = (0, 0);
        foreach (var statement in OpenCases.All().SelectMany(c => c.Statements))
        {
            foreach (var text in new[] { statement, statement.Replace("INPUT", "PAYMENTS", StringComparison.OrdinalIgnoreCase).Replace("TEST", "BALANCES", StringComparison.OrdinalIgnoreCase) })
            {
                valid += Judge(text);
                all++;
            }
        }

        output.WriteLine($"{valid} of {all} let through");
    }

    private static int Judge(string text)
    {
        var verdict = Check(text);
        Assert.Equal(verdict.Valid, verdict.Statements.Length == 1);
        Assert.True(verdict.Valid || verdict.Diagnostics.Any(d => d.Severity == Pioneer.Ksql.Severity.Error), text);
        foreach (var statement in verdict.Statements)
        {
            Inspect(text, statement);
        }

        return verdict.Statements.Length;
    }

    private static void Inspect(string text, CheckedStatement statement)
    {
        Assert.All(statement.Reads, topic => Assert.StartsWith("acme.", topic, StringComparison.Ordinal));
        Assert.All(statement.Writes, topic => Assert.StartsWith("acme.d.", topic, StringComparison.Ordinal));
        if (statement.Rewritten.Length == 0)
        {
            return;
        }

        var sent = Assert.Single(KsqlParser.Parse(statement.Rewritten).Statements);
        Assert.True(sent is QueryStatement or CreateAsSelect, text);
        foreach (var node in SyntaxTree.DescendantsAndSelf(sent))
        {
            switch (node)
            {
                case SourceReference source:
                    Assert.Contains(source.Name.Text, OwnObjects);
                    break;
                case CreateAsSelect create:
                    Assert.StartsWith("ACME__", create.Name.Text, StringComparison.Ordinal);
                    break;
                case WithProperty { Name.Text: "KAFKA_TOPIC", Value: StringLiteral topic }:
                    Assert.StartsWith("acme.d.", topic.Value, StringComparison.Ordinal);
                    break;
                case WithProperty property:
                    Assert.Contains(property.Name.Text, new[] { "KEY_FORMAT", "VALUE_FORMAT" });
                    break;
            }
        }

        if (statement.Deployable is { } deployable)
        {
            Assert.Contains(deployable.SourceObject, OwnObjects);
            Assert.Equal("SELECT", deployable.SelectFrom("ACME__SEED")[..6]);
        }
    }
}
