using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Statements;

/// <summary>DROP STREAM and DROP TABLE.</summary>
internal sealed class SourceRemoval(StatementScope scope, DropSource drop)
{
    /// <summary>Carries it out.</summary>
    public StatementOutcome Run()
    {
        var name = drop.Name.Text;
        var word = drop.Kind == SourceKind.Stream ? "Stream" : "Table";
        if (scope.Before.Find(name) is not { } source)
        {
            var unknown = $"{word} {name} does not exist.";
            return drop.IfExists ? scope.Nothing(unknown) : scope.Refuse(unknown);
        }

        if (drop.DeleteTopic && !CheckTopic(source))
        {
            return scope.Refused;
        }

        if (source.Relation.Kind != StatementScope.KindOf(drop.Kind))
        {
            var is_ = StatementScope.Word(source.Relation.Kind);
            return scope.Refuse($"Incompatible data source type is {is_}, but statement was DROP {word.ToUpperInvariant()}");
        }

        return CheckUnused(name, source) ? Remove(name, source) : scope.Refused;
    }

    private bool CheckTopic(MetastoreSource source)
    {
        if (source.Relation.IsReadOnly)
        {
            return scope.Fail($"Cannot delete topic for read-only source: {source.Relation.Name}");
        }

        string[] others =
        [
            .. scope.Before.Sources.Values
                .Where(s => s != source && s.Relation.Topic == source.Relation.Topic)
                .Select(s => s.Relation.Name),
        ];
        return others.Length == 0
            || scope.Fail("Refusing to delete topic. Found other data sources "
                + $"({string.Join(", ", others)}) using topic {source.Relation.Topic}");
    }

    private bool CheckUnused(string name, MetastoreSource source)
    {
        var readers = scope.Before.Readers(name).Where(q => q.Sink is not null).ToList();
        string[] made = [.. readers.Where(IsCreateAs).Select(q => q.Sink!.Name)];
        if (made.Length > 0)
        {
            return scope.Fail($"Cannot drop {name}.\n"
                + $"The following streams and/or tables read from this source: [{string.Join(", ", made)}].\n"
                + $"You need to drop them before dropping {name}.");
        }

        string[] reading = [.. readers.Where(q => !IsCreateAs(q)).Select(q => q.Id)];
        string[] writing = [.. scope.Before.Writers(name).Where(q => q.Id != source.CreatedBy).Select(q => q.Id)];
        return reading.Length + writing.Length == 0
            || scope.Fail($"Cannot drop {name}.\n"
                + $"The following queries read from this source: [{string.Join(", ", reading)}].\n"
                + $"The following queries write into this source: [{string.Join(", ", writing)}].\n"
                + $"You need to terminate them before dropping {name}.");
    }

    private bool IsCreateAs(PersistentQuery query) => scope.Before.Find(query.Sink!.Name)?.CreatedBy == query.Id;

    private StatementOutcome Remove(string name, MetastoreSource source)
    {
        // With it ends what fills it, and what keeps a CREATE SOURCE TABLE.
        string[] ended =
        [
            .. scope.Before.Queries.Values
                .Where(q => q.Id == source.CreatedBy || (q.Sink is null && q.Reads.Contains(name)))
                .Select(q => q.Id),
        ];
        return new StatementOutcome
        {
            After = scope.Before with
            {
                Sources = scope.Before.Sources.Remove(name),
                Queries = scope.Before.Queries.RemoveRange(ended),
            },
            Message = $"Source {Types.Identifiers.Quote(name)} (topic: {source.Relation.Topic}) was dropped.",
            Ended = [.. ended],
            DeleteTopic = drop.DeleteTopic ? source.Relation.Topic : null,
        };
    }
}
