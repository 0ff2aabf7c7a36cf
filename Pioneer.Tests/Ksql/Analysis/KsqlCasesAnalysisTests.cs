using Pioneer.Ksql;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;
using Xunit;

namespace Pioneer.Tests.Ksql.Analysis;

/// <summary>The analyzer against what ksqlDB itself concluded: result schemas, and rejections.</summary>
public sealed class KsqlCasesAnalysisTests(ITestOutputHelper output)
{
    // Floors, not goals: what the analyzer reached when it was last measured. They only go up.
    private const int LeastSchemasRight = 515;
    private const int LeastRejected = 55;

    // The old planner's order of keys, and the order of fields where structs of different fields meet.
    private static readonly string[] KnownDifferences = ["-- old planner", "compatible mismatching struct elements"];

    [Fact]
    public void Result_schemas_are_those_that_ksqldb_recorded()
    {
        List<string> wrong = [];
        List<string> refused = [];
        var right = 0;
        var unsupported = 0;
        foreach (var test in KsqlCases.All().Where(c => !c.Fails && c.Schemas.Count > 0))
        {
            Run(test, (name, result) =>
            {
                if (result.Diagnostics.FirstOrDefault(d => d.Severity == Severity.Error) is { } error)
                {
                    if (error.Code is "NotSupportedYet")
                    {
                        unsupported++;
                    }
                    else
                    {
                        refused.Add($"{test.Id}: {error}");
                    }
                }
                else if (result.Query!.ResultSchema.ToString() is var schema && schema == test.Schemas[name])
                {
                    right++;
                }
                else
                {
                    wrong.Add($"{test.Id}: {schema} instead of {test.Schemas[name]}");
                }
            });
        }

        output.WriteLine($"{right} right, {wrong.Count} wrong, {refused.Count} refused, {unsupported} not supported yet");
        foreach (var line in wrong.Take(30).Concat(refused.Where(r => !r.Contains("UnknownFunction", StringComparison.Ordinal)).Take(60)))
        {
            output.WriteLine(line);
        }

        Assert.True(right >= LeastSchemasRight, $"{right}");
        Assert.DoesNotContain(wrong, w => !KnownDifferences.Any(k => w.Contains(k, StringComparison.Ordinal)));
    }

    [Fact]
    public void What_ksqldb_rejects_over_one_source_is_rejected()
    {
        var rejected = 0;
        List<string> accepted = [];
        foreach (var test in KsqlCases.All().Where(c => c.Rung == "2-analyzer-rejection" && c.Statements[^1].Contains("SELECT", StringComparison.OrdinalIgnoreCase)))
        {
            var any = false;
            var supported = true;
            Run(test, (_, result) =>
            {
                any |= result.Query is null;
                supported &= result.Diagnostics.All(d => d.Code != "NotSupportedYet");
            });
            if (any && supported)
            {
                rejected++;
            }
            else if (supported)
            {
                accepted.Add($"{test.Id}: {test.Message}");
            }
        }

        output.WriteLine($"{rejected} rejected, {accepted.Count} accepted");
        foreach (var line in accepted.Take(60))
        {
            output.WriteLine(line);
        }

        Assert.True(rejected >= LeastRejected, $"{rejected}");
    }

    // Declares sources as they come and hands out the analysis of each CREATE .. AS SELECT whose source is known.
    private static void Run(KsqlCase test, Action<string, AnalysisResult> check)
    {
        var catalogue = Catalogue.Empty;
        var types = new Dictionary<string, SqlType>(StringComparer.Ordinal);
        var parsed = KsqlParser.Parse(test.Text);
        foreach (var statement in parsed.Statements)
        {
            switch (statement)
            {
                case CreateType create when TypeResolver.Resolve(create.Type, types.GetValueOrDefault, out _) is { } type:
                    types[create.Name.Text] = type;
                    break;
                // Where ksqlDB took columns from a schema registry, the text alone does not say them.
                case CreateSource { Elements.Count: > 0 } create
                    when SourceSchemas.Resolve(create.Kind, create.Elements, types.GetValueOrDefault, out _) is { } schema
                        && (test.Fails || !test.Schemas.TryGetValue(create.Name.Text, out var recorded) || SameColumns(schema, recorded)):
                    catalogue = Add(catalogue, create.Name.Text, create.Kind, schema);
                    break;
                case CreateAsSelect create when types.Count == 0 && catalogue.Find(create.Query.From.Source.Name.Text) is not null
                    && (test.Fails || test.Schemas.ContainsKey(create.Name.Text)):
                    var result = QueryAnalyzer.Analyze(create.Query, catalogue, test.Text, QueryUse.Persistent, create.Name.Text);
                    check(create.Name.Text, result);
                    if (result.Query is not null)
                    {
                        catalogue = Add(catalogue, create.Name.Text, create.Kind, result.Query.ResultSchema);
                    }

                    break;
            }
        }
    }

    private static bool SameColumns(RelationSchema schema, string recorded) =>
        schema.Columns.Select(c => c.ToString()).Order(StringComparer.Ordinal)
            .SequenceEqual(RelationSchema.Parse(recorded).Columns.Select(c => c.ToString()).Order(StringComparer.Ordinal));

    private static Catalogue Add(Catalogue catalogue, string name, SourceKind kind, RelationSchema schema) => new(catalogue.Relations
        .RemoveAll(r => r.Name == name)
        .Add(new Relation(name, kind == SourceKind.Stream ? RelationKind.Stream : RelationKind.Table, name, schema, RelationOrigin.Feed)));
}
