using System.Text;
using Pioneer.Benchmarks.KsqlCases;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Statements;
using Pioneer.Ksql.Syntax;
using Pioneer.Streams.Rows;
using Pioneer.Streams.Topologies;

namespace Pioneer.Tests.Embedded.KsqlServer;

/// <summary>
/// What queries make of topics of one partition: the engine alone, in memory, never stopped, a record done with all that it leads to before the
/// next one comes. What the ksql server makes of the same topics must be the same.
/// </summary>
internal static class EngineModel
{
    /// <summary>The results of all queries, by topic.</summary>
    /// <param name="statements">Declarations and queries.</param>
    /// <param name="inputs">The records of topics.</param>
    public static Dictionary<string, List<SentRecord>> Run(string statements, IReadOnlyDictionary<string, IReadOnlyList<SourceRecord>> inputs)
    {
        var metastore = Metastore.Empty;
        var parsed = KsqlParser.Parse(statements);
        foreach (var (statement, i) in parsed.Statements.Select((s, i) => (s, i)))
        {
            var outcome = new StatementInterpreter(new StatementContext { Partitions = _ => 1, NextQueryNumber = i }).Run(metastore, parsed, statements, statement);
            metastore = outcome.Error is null ? outcome.After : throw new InvalidOperationException(outcome.Error.FullMessage);
        }

        return metastore.Queries.Values.ToDictionary(q => q.Sink!.Topic, q => Run(Topology.Of(q.Query!, q.Sink!, "model", q.Id), q.Query!, inputs));
    }

    /// <summary>A record in words.</summary>
    public static string Show(byte[]? key, byte[]? value, long timeMs) =>
        $"{(key is null ? "-" : Convert.ToHexString(key))} {(value is null ? "-" : Encoding.UTF8.GetString(value))} @{timeMs}";

    private static List<SentRecord> Run(Topology topology, AnalyzedQuery query, IReadOnlyDictionary<string, IReadOnlyList<SourceRecord>> inputs)
    {
        var driver = new CaseDriver(topology, FunctionServices.System, throwOnInvalidTime: false);
        return [.. Merged(query, inputs).SelectMany(next => driver.Pipe(next.Topic, next.Record))];
    }

    // The oldest of the topics' first records, a table's before a stream's.
    private static IEnumerable<(string Topic, SourceRecord Record)> Merged(AnalyzedQuery query, IReadOnlyDictionary<string, IReadOnlyList<SourceRecord>> inputs)
    {
        var left = query.Sources.Select(s => (s.Relation.Topic, s.Relation.Kind)).Distinct()
            .Select(s => (s.Topic, s.Kind, Records: new Queue<SourceRecord>(inputs[s.Topic]))).ToList();
        while (left.RemoveAll(s => s.Records.Count == 0) >= 0 && left.Count > 0)
        {
            var next = left.OrderBy(s => s.Records.Peek().TimeMs).ThenBy(s => s.Kind == RelationKind.Table ? 0 : 1).First();
            yield return (next.Topic, next.Records.Dequeue());
        }
    }
}
