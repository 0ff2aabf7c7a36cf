using Pioneer.Benchmarks.KsqlCases;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;
using Pioneer.Tests.Ksql.Cases;
using Xunit;

namespace Pioneer.Tests.Ksql.Analysis;

/// <summary>
/// The analyzer against the schemas that ksqlDB recorded for its cases, those in formats that the engine lacks among them: columns and types
/// do not depend on the format.
/// </summary>
public sealed class KsqlCasesAnalysisTests(ITestOutputHelper output)
{
    private const int LeastSchemas = 1000;

    [Fact]
    public void Result_schemas_are_those_that_ksqldb_recorded()
    {
        List<string> wrong = [];
        var right = 0;
        foreach (var test in OpenCases.All().Where(c => c.ExpectedException is null && c.Schemas.Count > 0))
        {
            Run(test, (name, result) =>
            {
                var schema = result.Query?.ResultSchema.ToString() ?? $"{result.First}";
                if (schema == test.Schemas[name])
                {
                    right++;
                }
                else
                {
                    wrong.Add($"{test.Id}: {schema} instead of {test.Schemas[name]}");
                }
            });
        }

        output.WriteLine($"{right} right, {wrong.Count} wrong");
        Assert.Empty(wrong);
        Assert.True(right >= LeastSchemas, $"{right}");
    }

    // Declares sources as they come and hands out the analysis of each CREATE .. AS SELECT whose source is known.
    private static void Run(KsqlCase test, Action<string, AnalysisResult> check)
    {
        var catalogue = Catalogue.Empty;
        var types = new Dictionary<string, SqlType>(StringComparer.Ordinal);
        var options = new AnalysisOptions
        {
            Functions = CaseFunctions.Catalogue(),
            Types = types.GetValueOrDefault,
            HasSelectedKeys = test.Properties.GetValueOrDefault("ksql.new.query.planner.enabled") == "true",
        };
        foreach (var statement in KsqlParser.Parse(test.Text).Statements)
        {
            switch (statement)
            {
                case CreateType create when TypeResolver.Resolve(create.Type, types.GetValueOrDefault, out _) is { } type:
                    types[create.Name.Text] = type;
                    break;
                // Where ksqlDB took columns from a schema registry, the text alone does not say them.
                case CreateSource { Elements.Count: > 0 } create
                    when SourceSchemas.Resolve(create.Kind, create.Elements, types.GetValueOrDefault, out _) is { } schema
                        && (!test.Schemas.TryGetValue(create.Name.Text, out var recorded) || SameColumns(schema, recorded)):
                    catalogue = Add(catalogue, create.Name.Text, create.Kind, schema, WindowOf(create));
                    break;
                case CreateAsSelect create when catalogue.Find(create.Query.From.Source.Name.Text) is not null
                    && create.Query.From.Joins.All(j => catalogue.Find(j.Source.Name.Text) is not null)
                    && test.Schemas.ContainsKey(create.Name.Text):
                    var result = QueryAnalyzer.Analyze(
                        create.Query, catalogue, test.Text, QueryUse.Persistent, create.Name.Text, options);
                    check(create.Name.Text, result);
                    if (result.Query is { } query)
                    {
                        catalogue = Add(catalogue, create.Name.Text, create.Kind, query.ResultSchema, query.Window);
                    }

                    break;
            }
        }
    }

    private static WindowInfo? WindowOf(CreateSource create) =>
        create.Properties.FirstOrDefault(p => p.Name.Text == "WINDOW_TYPE")?.Value is StringLiteral { Value: var kind }
            ? new WindowInfo(Enum.Parse<WindowKind>(kind, ignoreCase: true), null)
            : null;

    private static bool SameColumns(RelationSchema schema, string recorded) =>
        schema.Columns.Select(c => c.ToString()).Order(StringComparer.Ordinal)
            .SequenceEqual(RelationSchema.Parse(recorded).Columns.Select(c => c.ToString()).Order(StringComparer.Ordinal));

    private static Catalogue Add(Catalogue catalogue, string name, SourceKind kind, RelationSchema schema, WindowInfo? window)
    {
        var relation = new Relation(
            name, kind == SourceKind.Stream ? RelationKind.Stream : RelationKind.Table, name, schema, RelationOrigin.Feed) { Window = window };
        return new Catalogue(catalogue.Relations.RemoveAll(r => r.Name == name).Add(relation));
    }
}
