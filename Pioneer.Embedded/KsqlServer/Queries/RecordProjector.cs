using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Evaluation;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Types;

namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>
/// What a query makes of a record: a row, nothing, or a reason why the record is left out. A preview and the deployed query both go through here, so
/// that the one shows what the other does. One thread at a time.
/// </summary>
internal sealed class RecordProjector
{
    private readonly RowReader _reader;
    private readonly CompiledQuery _compiled;
    private readonly bool _dropsTombstones;
    private readonly List<EvaluationFailure> _failures = [];

    /// <param name="source">What is read.</param>
    /// <param name="plan">The query.</param>
    /// <param name="dropsTombstones">Whether records without a value give nothing.</param>
    /// <param name="services">The clock and randomness of functions.</param>
    public RecordProjector(DataSource source, AnalyzedQuery plan, bool dropsTombstones, FunctionServices services)
    {
        _reader = new RowReader(source);
        _compiled = CompiledQuery.Compile(plan, services, _failures.Add);
        _dropsTombstones = dropsTombstones;
    }

    /// <summary>The result's columns; cells of rows are in this order.</summary>
    public ImmutableArray<Column> Columns => _compiled.Columns;

    /// <summary>Values of the last record that could not be computed and are NULL in its row.</summary>
    public IEnumerable<string> FailedValues => _failures.Select(Words);

    /// <summary>Whether the last record's row has such values.</summary>
    public bool HasFailedValues => _failures.Count > 0;

    /// <summary>What becomes of a record.</summary>
    public Projected Project(ConsumeResult<byte[]?, byte[]?> record)
    {
        _failures.Clear();
        try
        {
            var row = _reader.Read(record);
            if (row.IsTombstone && _dropsTombstones)
            {
                return default;
            }

            if (!_compiled.Accepts(row.Cells))
            {
                // ksqlDB too drops a row whose WHERE fails; here it is no row that the filter turned down
                return _failures.Count == 0 ? default : new Projected(null, Words(_failures[0]));
            }

            return new Projected(new ProjectedRow(_compiled.Project(row.Cells), row.TimeMs, row.IsTombstone), null);
        }
        catch (Exception failure) when (RecordFault.Covers(failure))
        {
            return new Projected(null, failure.Message);
        }
    }

    private static string Words(EvaluationFailure failure) => $"{failure.Expression}: {failure.Reason}";
}

/// <summary>What became of a record: a row, a reason for leaving it out, or neither where it gives no row.</summary>
internal readonly record struct Projected(ProjectedRow? Row, string? SkipReason);

/// <summary>A row of a result with its time; <paramref name="IsTombstone"/> when the record had no value.</summary>
internal sealed record ProjectedRow(object?[] Cells, long TimeMs, bool IsTombstone);
