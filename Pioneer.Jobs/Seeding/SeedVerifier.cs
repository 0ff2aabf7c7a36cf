using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Domain.Seeding;
using Pioneer.Jobs.Kafka;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Evaluation;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Types;

namespace Pioneer.Jobs.Seeding;

/// <summary>
/// Makes the certificate of a seed run, without asking the ksql server that did the work: folds the source topic below the cut, evaluates the subscription's
/// query over it here, folds what the seed put into the delivery topic, and compares.
/// </summary>
public sealed class SeedVerifier(KafkaAdmin admin, TopicFold fold, SeedDeliveryReader delivered, TimeProvider time)
{
    /// <summary>The certificate; whether it holds is for the caller to judge.</summary>
    public async Task<SeedCertificate> VerifyAsync(SeedTarget target, SeedCut cut, CancellationToken ct)
    {
        var query = Analyze(target);
        var unreadable = new UnreadableRecords();
        var expected = await ExpectedAsync(target, cut, query, unreadable, ct);
        var found = await FoundAsync(target, cut, query, unreadable, ct);
        var whole = new RowSet();
        found.ForEach(partition => whole.Add(partition.Rows));
        var missing = expected.Rows.Rows.Keys.Where(key => !whole.Rows.ContainsKey(key));
        var stale = expected.Rows.Rows.Where(row => whole.Rows.TryGetValue(row.Key, out var value) && value != row.Value).Select(row => row.Key);
        var ghost = whole.Rows.Keys.Where(key => !expected.Rows.Rows.ContainsKey(key));
        return new SeedCertificate(
            time.GetUtcNow(), expected.State.Rows.Count, expected.Rows.Count, whole.Count, expected.Rows.Checksum, whole.Checksum,
            [.. found.Select(partition => new SeedPartitionProof(partition.Partition, partition.From, partition.To, partition.Rows.Count))],
            Listed(missing), Listed(stale), Listed(ghost))
        {
            Unreadable = unreadable.Listed,
            Compared = new SeedComparison(
                target.SourceTopic, cut.Offsets, expected.State.NewestAt, target.DeliveryTopic, target.SourceTable, SourceTableRead: false)
            {
                LastWithTable = target.LastWithTable,
            },
            DoubledKeys = expected.State.Doubled.Count,
            Retention = (await RetentionAsync(target, ct))?.WithOldest(found.Min(partition => partition.OldestMs)),
            Doubled = [.. expected.State.Doubled.Take(SeedCertificate.MaxKeysListed).Select(doubled => doubled.ToString())],
        };
    }

    private async Task<SeedRetention?> RetentionAsync(SeedTarget target, CancellationToken ct) =>
        (await admin.DescribeTopicsAsync(name => name == target.DeliveryTopic, ct)) is [var topic] ? SeedRetention.Of(topic.Configs) : null;

    private static AnalyzedQuery Analyze(SeedTarget target)
    {
        var schema = new RelationSchema([.. target.SourceColumns.Select(column => new Column(
            column.Name, SqlType.Parse(column.Type), column.IsKey ? ColumnRole.Key : ColumnRole.Value))]);
        var tree = SeedQueryText.Query(target.Select);
        var catalogue = new Catalogue([new Relation(tree.From.Source.Name.Text, RelationKind.Stream, target.SourceTopic, schema, RelationOrigin.Feed)]);
        var analysis = QueryAnalyzer.Analyze(tree, catalogue, target.Select, QueryUse.Persistent);
        return analysis.Query ?? throw new InvalidOperationException(
            $"The deployed query does not analyze over its feed: {string.Join(" ", analysis.Diagnostics.Select(diagnostic => diagnostic.Message))}");
    }

    private async Task<(FoldedTopic State, RowSet Rows)> ExpectedAsync(
        SeedTarget target, SeedCut cut, AnalyzedQuery query, UnreadableRecords unreadable, CancellationToken ct)
    {
        var compiled = CompiledQuery.Compile(query, FunctionServices.System, _ => { });
        var own = query.Source.Schema.Columns;
        var rows = new RowSet();
        var state = await fold.FoldAsync(target.Seeder, target.SourceTopic, cut.Offsets, ct);
        foreach (var row in state.Rows)
        {
            var at = new TopicPartitionOffset(target.SourceTopic, row.Partition, row.Offset);
            if (unreadable.Read(at, row.Key, row.Value, own, query.Input.Length) is not { } cells)
            {
                continue;
            }

            Pseudo(cells, own.Length, row);
            if (compiled.Accepts(cells))
            {
                rows.Put(compiled.Columns, compiled.Project(cells));
            }
        }

        return (state, rows);
    }

    /// <summary>ROWTIME, ROWPARTITION and ROWOFFSET follow the source's own columns (<see cref="PseudoColumns"/>).</summary>
    private static void Pseudo(object?[] cells, int from, FoldedRow row)
    {
        if (cells.Length >= from + 3)
        {
            cells[from] = row.Timestamp.UnixTimestampMs;
            cells[from + 1] = row.Partition;
            cells[from + 2] = row.Offset;
        }
    }

    private async Task<List<DeliveredPartition>> FoundAsync(SeedTarget target, SeedCut cut, AnalyzedQuery query, UnreadableRecords unreadable, CancellationToken ct)
    {
        var ends = await admin.EndOffsetsAsync(
            [.. Enumerable.Range(0, cut.DeliveryStart.Length).Select(partition => new TopicPartition(target.DeliveryTopic, partition))], ct);
        // the columns of the SELECT: rows are spelled in the same order on both sides
        ImmutableArray<Column> columns = [.. query.Projection.Select(projected => projected.Column)];
        var found = new List<DeliveredPartition>();
        for (var partition = 0; partition < cut.DeliveryStart.Length; partition++)
        {
            var at = new TopicPartition(target.DeliveryTopic, partition);
            found.Add(await delivered.ReadAsync(target, at, cut.DeliveryStart[partition], ends[at], columns, unreadable, ct));
        }

        return found;
    }

    private static ImmutableArray<string> Listed(IEnumerable<string> keys) =>
        [.. keys.Order(StringComparer.Ordinal).Take(SeedCertificate.MaxKeysListed)];
}
