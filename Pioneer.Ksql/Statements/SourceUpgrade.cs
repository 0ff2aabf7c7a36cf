using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Statements;

/// <summary>When a stream or table may take a name, or the place of another.</summary>
internal static class SourceUpgrade
{
    /// <summary>Whether a name is free or may be replaced; if not, that is noted (unless IF NOT EXISTS makes it no error).</summary>
    public static bool CheckName(StatementScope scope, Relation relation, bool orReplace, bool ifNotExists)
    {
        if (scope.Before.Find(relation.Name) is not { } existing)
        {
            return true;
        }

        if (ifNotExists)
        {
            return false;
        }

        if (!orReplace)
        {
            return scope.Fail(Taken(relation, existing));
        }

        var word = StatementScope.SmallWord(relation.Kind);
        return !(existing.Relation.IsReadOnly || relation.IsReadOnly)
            || scope.Fail($"Cannot add {word} '{relation.Name}': CREATE OR REPLACE is not supported on source {word}s.");
    }

    /// <summary>What is said about a name that is taken.</summary>
    public static string Taken(Relation relation, MetastoreSource existing) =>
        $"Cannot add {StatementScope.SmallWord(relation.Kind)} '{relation.Name}': "
        + $"A {StatementScope.SmallWord(existing.Relation.Kind)} with the same name already exists";

    /// <summary>Whether readers of what has the name now can go on with what is to replace it; if not, that is noted.</summary>
    public static bool Check(StatementScope scope, Relation to)
    {
        if (scope.Before.Find(to.Name)?.Relation is not { } from)
        {
            return true;
        }

        string?[] issues =
        [
            Differs(to, "type", $"K{Camel(from.Kind)}", $"K{Camel(to.Kind)}"),
            Differs(to, "topic", Topic(from), Topic(to)),
            Differs(to, "timestampColumn", Timestamp(from.Timestamp), Timestamp(to.Timestamp)),
            Schemas(to, from.Schema, to.Schema),
        ];
        var found = string.Join("\n\tAND ", issues.OfType<string>());
        return found.Length == 0 || scope.Fail($"Cannot upgrade data source: {found}");
    }

    private static string? Differs(Relation source, string property, string from, string to) => from == to
        ? null
        : $"DataSource '{Identifiers.Quote(source.Name)}' has {property} = {from} which is not upgradeable to {to}";

    private static string? Schemas(Relation source, RelationSchema from, RelationSchema to)
    {
        var reason = Missing([.. from.Keys], [.. to.Keys], "key ") is { } keys
            ? $"Key columns must be identical. {keys}"
            : Missing(Ordered(from), Ordered(to), "");
        return reason is null
            ? null
            : $"DataSource '{Identifiers.Quote(source.Name)}' has schema = {from} which is not upgradeable to {to}. ({reason})";
    }

    private static Column[] Ordered(RelationSchema schema) => [.. schema.Keys, .. schema.Columns.Where(c => !c.IsKey)];

    // Columns keep their places; new ones may follow.
    private static string? Missing(Column[] from, Column[] to, string what)
    {
        Column[] missing = [.. from.Where((column, i) => i >= to.Length || to[i] != column)];
        return missing.Length == 0
            ? null
            : $"The following {what}columns are changed, missing or reordered: [{string.Join<Column>(", ", missing)}]";
    }

    private static string Camel(RelationKind kind) => kind.ToString().ToUpperInvariant();

    private static string Topic(Relation relation) =>
        $"KsqlTopic{{kafkaTopicName='{relation.Topic}', keyFormat=KeyFormat{{format={Format(relation.KeyFormat)}, "
        + $"window={(relation.Window is { } window ? $"Optional[{Window(window)}]" : "Optional.empty")}}}, "
        + $"valueFormat=ValueFormat{{format={Format(relation.ValueFormat)}}}}}";

    private static string Format(FormatSpec format) => format.Kind == FormatKind.Delimited && format.Delimiter != ','
        ? $"FormatInfo{{format={format.Name}, properties={{delimiter={format.Delimiter}}}}}"
        : $"FormatInfo{{format={format.Name}, properties={{}}}}";

    private static string Window(WindowInfo window) =>
        $"WindowInfo{{type={window.Name}, size={(window.SizeMs is { } size ? $"Optional[PT{size / 1000m:0.###}S]" : "Optional.empty")}}}";

    private static string Timestamp(TimestampColumn? timestamp) => timestamp is null
        ? "Optional.empty"
        : $"Optional[TimestampColumn{{column={Identifiers.Quote(timestamp.Column)}, "
            + $"format={(timestamp.Format is null ? "Optional.empty" : $"Optional[{timestamp.Format}]")}}}]";
}
