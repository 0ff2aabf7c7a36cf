using System.Text.Json;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Statements;
using Pioneer.Ksql.Syntax;
using Pioneer.Streams;
using Pioneer.Streams.Rows;
using Pioneer.Streams.Topologies;

namespace Pioneer.Benchmarks.KsqlCases;

/// <summary>
/// Runs a case from beginning to end: statements, then records through each query in turn, then what must be so. No Kafka, no server.
/// </summary>
public sealed class CaseRunner
{
    private const string ServiceId = "some.ksql.service.id";
    private const string NotThere = "not supported yet by this release";
    private readonly KsqlCase _test;
    private readonly CaseBroker _broker;
    private readonly KsqlSettings _settings;
    private readonly FunctionServices _functions = new(new StandingClock(), new Random(0));
    private Metastore _metastore = Metastore.Empty;

    private CaseRunner(KsqlCase test)
    {
        _test = test;
        _broker = new CaseBroker(test);
        _settings = new KsqlSettings([.. test.Properties]);
    }

    /// <summary>Runs a case.</summary>
    public static CaseResult Run(KsqlCase test)
    {
        ArgumentNullException.ThrowIfNull(test);
        try
        {
            var problem = new CaseRunner(test).Run();
            if (problem is null)
            {
                return new CaseResult(test, CaseVerdict.Passed, "");
            }

            var verdict = problem.Contains(NotThere, StringComparison.Ordinal) ? CaseVerdict.Skipped : CaseVerdict.Failed;
            return new CaseResult(test, verdict, problem);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new CaseResult(test, CaseVerdict.Failed, $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}");
        }
    }

    private string? Run()
    {
        var order = new List<string>();
        if (Execute(order) is { } thrown)
        {
            return Judge(thrown);
        }

        if (order.Count == 0)
        {
            return _test.ExpectedException is null ? "The case did not generate any queries" : "Expected an exception";
        }

        if (_test.ExpectedException is not null && _test.Inputs.Length == 0)
        {
            return $"Expected an exception: {_test.ExpectedException}";
        }

        try
        {
            Feed(order);
        }
        catch (StreamTaskException e)
        {
            return Judge(new CaseException("org.apache.kafka.streams.errors.StreamsException", e.Message, IsLast: true));
        }

        return new CaseOutputs(_test, _broker, _metastore).Compare()
            ?? (_test.ExpectedException is null ? null : $"Expected an exception: {_test.ExpectedException}")
            ?? new CasePost(_test, _broker, _metastore).Check();
    }

    private CaseException? Execute(List<string> order)
    {
        var text = _test.Text;
        var parsed = KsqlParser.Parse(text);
        if (StatementInterpreter.SyntaxError(parsed, text) is { } unreadable)
        {
            return CaseException.Of(unreadable, isLast: true);
        }

        var queries = 0;
        for (var i = 0; i < parsed.Statements.Length; i++)
        {
            var context = new StatementContext
            {
                Settings = _settings,
                Functions = CaseFunctions.Catalogue(),
                Services = _functions,
                Partitions = _broker.Partitions,
                NextQueryNumber = queries,
            };
            var outcome = new StatementInterpreter(context).Run(_metastore, parsed, text, parsed.Statements[i]);
            if (outcome.Error is { } refused)
            {
                return CaseException.Of(refused, isLast: i == parsed.Statements.Length - 1);
            }

            queries += outcome.Query is null ? 0 : 1;
            Apply(outcome, order);
        }

        return null;
    }

    private void Apply(StatementOutcome outcome, List<string> order)
    {
        _metastore = outcome.After;
        order.RemoveAll(id => !_metastore.Queries.ContainsKey(id));
        if (outcome.Query is { } query)
        {
            if (!order.Contains(query.Id))
            {
                order.Add(query.Id);
            }

            if (query.Sink is { } sink)
            {
                _broker.Create(sink.Topic);
            }
        }

        if (outcome.Row is { } row)
        {
            var target = row.Target;
            var keys = new KeyCodec(target.KeyFormat, [.. target.Schema.Keys], target.Window);
            var values = Ksql.Serialization.RowFormat.For(target.ValueFormat, [.. target.Schema.Values]);
            object?[] Cells(Func<Ksql.Types.Column, bool> which) =>
                [.. target.Schema.Columns.Select((c, i) => (c, i)).Where(p => which(p.c)).Select(p => row.Cells[p.i])];

            var key = Cells(c => c.IsKey);
            _broker.Append(target.Topic, new SourceRecord(
                keys.Write(new RowKey(key)),
                values.Write(Cells(c => c.Role == Ksql.Types.ColumnRole.Value)),
                row.TimestampMs ?? _functions.Time.GetUtcNow().ToUnixTimeMilliseconds(),
                0,
                0,
                []));
        }
    }

    private void Feed(List<string> order)
    {
        foreach (var input in _test.Inputs)
        {
            _broker.Append(input.Topic, ToRecord(input));
        }

        var withInputs = _test.Inputs.Select(i => i.Topic).ToHashSet(StringComparer.Ordinal);
        foreach (var query in order.Select(id => _metastore.Queries[id]))
        {
            var topology = query is { Query: { } analyzed, Sink: { } sink }
                ? Topology.Of(analyzed, sink, ServiceId, query.Id)
                : Topology.OfTable(_metastore.Find(query.Reads[0])!.Relation, ServiceId, query.Id);
            foreach (var topic in topology.Parts.SelectMany(p => p.Internal))
            {
                _broker.InternalFormats[topic.Name] = (topic.Formats.Key, topic.Formats.Value);
            }

            foreach (var store in topology.Parts.SelectMany(p => p.Stores))
            {
                _broker.InternalFormats[topology.ChangelogOf(store)] = (store.Formats.Key, store.Formats.Value);
            }

            var driver = new CaseDriver(topology, _functions, _settings.ThrowOnInvalidTimestamp);
            foreach (var input in _test.Inputs.Where(i => driver.Reads(i.Topic)))
            {
                Pipe(driver, input.Topic, ToRecord(input));
            }

            foreach (var topic in topology.Parts.SelectMany(p => p.Sources).Where(t => !withInputs.Contains(t)).Distinct())
            {
                foreach (var record in _broker.Log(topic).ToArray())
                {
                    Pipe(driver, topic, record);
                }
            }

            foreach (var topic in driver.Touched)
            {
                _broker.Touch(topic);
            }
        }
    }

    private void Pipe(CaseDriver driver, string topic, SourceRecord record)
    {
        foreach (var sent in driver.Pipe(topic, record))
        {
            _broker.Append(sent.Topic, new SourceRecord(sent.Key, sent.Value, sent.TimeMs, 0, 0, sent.Headers));
        }
    }

    private SourceRecord ToRecord(CaseRecord record)
    {
        var (key, value, _) = CaseOutputs.FormatsOf(_metastore, record.Topic);
        return new SourceRecord(
            CaseFormat.InWindow(key.Write(record.Key), record.Window),
            value.Write(record.Value),
            record.TimeMs ?? 0,
            0,
            0,
            [.. record.Headers.Select(h => new RecordHeader(h.Key, h.Value))]);
    }

    private string? Judge(CaseException thrown)
    {
        if (_test.ExpectedException is not { } expected)
        {
            return $"Threw {thrown.Type}: {thrown.Message}";
        }

        if (!thrown.IsLast)
        {
            return $"Only the last statement in a negative test should fail: {thrown.Message}";
        }

        var type = Property(expected, "type");
        if (type is not null && !thrown.Is(type))
        {
            return $"Expected {type}, threw {thrown.Type}: {thrown.Message}";
        }

        var message = Property(expected, "message");
        return message is null || thrown.Message.Contains(message, StringComparison.Ordinal)
            ? null
            : $"Expected the message\n  {message}\nbut it was\n  {thrown.Message}";
    }

    private static string? Property(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}

/// <summary>What ksqlDB would have thrown.</summary>
/// <param name="Type">The class.</param>
/// <param name="Message">The message.</param>
/// <param name="IsLast">Whether it was the last statement, or the data.</param>
internal sealed record CaseException(string Type, string Message, bool IsLast)
{
    private const string ParseFailed = "io.confluent.ksql.parser.exception.ParseFailedException";
    private const string StatementFailed = "io.confluent.ksql.util.KsqlStatementException";
    private const string Failed = "io.confluent.ksql.util.KsqlException";

    public static CaseException Of(StatementError error, bool isLast) =>
        new(error.Kind == StatementErrorKind.Syntax ? ParseFailed : StatementFailed, error.FullMessage, isLast);

    public bool Is(string type) => type == Type
        || type == "java.lang.RuntimeException"
        || (Type is ParseFailed && type is StatementFailed or Failed)
        || (Type is StatementFailed && type is Failed);
}
