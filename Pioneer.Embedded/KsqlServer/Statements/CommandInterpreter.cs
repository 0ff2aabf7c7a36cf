using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Embedded.Ksql.Statements;

/// <summary>
/// What each distributed statement means, as a pure step from one metastore to the next. Validation, execution and the replay of the
/// command log after a restart are all this one function, so they cannot disagree.
/// </summary>
internal static partial class CommandInterpreter
{
    /// <summary>Whether a statement goes through the command log.</summary>
    public static bool IsDistributed(Statement statement) =>
        statement is CreateSource or CreateAsSelect or AlterSource or InsertInto or DropSource or ControlQuery;

    /// <summary>Carries a statement out on a metastore.</summary>
    /// <param name="before">The metastore before.</param>
    /// <param name="statement">The statement.</param>
    /// <param name="offset">Its place in the command log; generated query ids carry it.</param>
    /// <exception cref="KsqlException">The statement is refused; nothing has changed.</exception>
    public static CommandResult Apply(MetastoreSnapshot before, ParsedStatement statement, long offset) => statement.Syntax switch
    {
        CreateSource create => Create(before, statement, create),
        CreateAsSelect create => CreateAs(before, statement, create, offset),
        AlterSource alter => Alter(before, statement, alter),
        InsertInto insert => Insert(before, statement, insert, offset),
        DropSource drop => Drop(before, statement, drop),
        ControlQuery control => Control(before, statement, control),
        _ => throw KsqlException.BadStatement($"Statement type `{statement.Syntax.GetType().Name}' is not supported by the embedded ksql server", statement.Text),
    };

    private static CommandResult Drop(MetastoreSnapshot before, ParsedStatement statement, DropSource drop)
    {
        var name = drop.Name.Text;
        var kind = drop.Kind == SourceKind.Stream ? "Stream" : "Table";
        var id = $"{kind.ToLowerInvariant()}/`{name}`/drop";
        if (before.Find(name) is not { } source)
        {
            return drop.IfExists
                ? new CommandResult(before, id, string.Empty, null, []) { Warning = $"{kind} {name} does not exist." }
                : throw Bad($"{kind} {name} does not exist.", statement);
        }

        if (!string.Equals(source.TypeName, kind, StringComparison.OrdinalIgnoreCase))
        {
            throw Bad($"Incompatible data source type is {source.TypeName}, but statement was DROP {kind.ToUpperInvariant()}", statement);
        }

        var readers = before.Readers(name).Select(q => q.Id).ToArray();
        var writers = before.Writers(name).Where(q => q.Id != source.CreatedBy).Select(q => q.Id).ToArray();
        if (readers.Length + writers.Length > 0)
        {
            throw Bad(
                $"Cannot drop {name}.\nThe following queries read from this source: [{string.Join(", ", readers)}].\nThe following queries write into this source: [{string.Join(", ", writers)}].\nYou need to terminate them before dropping {name}.",
                statement);
        }

        var after = before.WithoutSource(name);
        var own = source.CreatedBy is { } query && before.Queries.ContainsKey(query) ? query : null;
        return new CommandResult(own is null ? after : after.WithoutQuery(own), id, $"Source `{name}` (topic: {source.Topic}) was dropped.", null, own is null ? [] : [own])
        {
            DeleteTopic = drop.DeleteTopic ? source.Topic : null,
        };
    }

    private static CommandResult Control(MetastoreSnapshot before, ParsedStatement statement, ControlQuery control)
    {
        var all = control.QueryId is null;
        var ids = all ? [.. before.Queries.Keys] : new[] { control.QueryId!.Text };
        if (!all && !before.Queries.ContainsKey(ids[0]))
        {
            throw Bad($"Unknown queryId: {ids[0]}", statement);
        }

        var id = all ? "ALL" : ids[0];
        if (control.Action == QueryAction.Terminate)
        {
            var after = ids.Aggregate(before, (s, q) => s.WithoutQuery(q));
            return new CommandResult(after, $"terminate/{id}/execute", "Query terminated.", all ? null : id, [.. ids]);
        }

        var paused = control.Action == QueryAction.Pause;
        var held = ids.Aggregate(before, (s, q) => s.With(s.Queries[q] with { Paused = paused }));
        return paused
            ? new CommandResult(held, $"pause/{id}/execute", "Query paused.", all ? null : id, [])
            : new CommandResult(held, $"resume/{id}/execute", "Query resumed.", all ? null : id, []);
    }

    private static KsqlException Bad(string message, ParsedStatement statement) => KsqlException.BadStatement(message, statement.Text);
}
