using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Planning;

/// <summary>Gives rows another key: PARTITION BY, and what joins ask of their sides.</summary>
internal sealed class RepartitionPlanner(PlanningContext context)
{
    private DiagnosticBag Diagnostics => context.Diagnostics;

    /// <summary>PARTITION BY; null where an error was reported.</summary>
    public PlanNode? PartitionBy(PlanNode input)
    {
        var written = context.Query.PartitionBy;
        if (written.Count == 0)
        {
            return Fail("PARTITION BY requires at least one expression");
        }

        if (written.Any(e => e is NullLiteral))
        {
            return written.Count > 1 ? Fail("Cannot PARTITION BY multiple columns including NULL") : WithoutKey(input);
        }

        Expression[] inner = [.. written.Select(context.Sources.Internal)];
        var binder = context.Binder(input.Schema.Columns);
        var keys = inner.Select(e => binder.Bind(e, "PARTITION BY")).ToImmutableArray();
        if (keys.Contains(null))
        {
            return null;
        }

        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i]!.Type is null)
            {
                return Fail("NULL expression not supported");
            }
        }

        if (IsKeyedBy(input, inner))
        {
            return input;
        }

        if (input.Kind == RelationKind.Table)
        {
            return Fail("Cannot repartition a TABLE source. If this is a join, joins on tables are only supported on primary key.");
        }

        return CheckNotWindowed(input, Span) ? Node("PartitionBy", input, inner, keys!, KeyFormats.Of(input), Span) : null;
    }

    /// <summary>A side of a join, keyed by the side's expression; null where an error was reported.</summary>
    public PlanNode? ForJoin(PlanNode input, string name, JoinKey key, FormatSpec format, TextSpan span)
    {
        if (key.IsKey && format == KeyFormats.Of(input))
        {
            return input;
        }

        if (key.IsKey && key.Bound is null)
        {
            return Rekeyed(name, input, format);
        }

        if (input.Kind == RelationKind.Table)
        {
            if (key.IsKey)
            {
                return Rekeyed(name, input, format);
            }

            const string Short = "Cannot repartition a TABLE source.";
            Diagnostics.Error("TableRepartition", span, $"{Short} If this is a join, joins on tables are only supported on primary key.");
            return null;
        }

        return CheckNotWindowed(input, span) ? Node(name, input, [key.Expression], [key.Bound!], format, span, AliasOf(input)) : null;
    }

    private TextSpan Span => TextSpan.FromBounds(context.Query.PartitionBy[0].Span.Start, context.Query.PartitionBy[^1].Span.End);

    // The same key in another format.
    private RepartitionNode Rekeyed(string name, PlanNode input, FormatSpec format)
    {
        var columns = input.Schema.Columns;
        ImmutableArray<BoundExpression> keys =
        [
            .. input.Schema.Keys.Select(k => new BoundKeyColumn(input.Schema.Keys.IndexOf(k), k.Name, k.Type)),
        ];
        return new RepartitionNode(
            name,
            input,
            keys,
            [.. keys.Select(_ => -1)],
            input.Schema with { Columns = columns },
            Formats(input, format, input.Schema.Keys));
    }

    private static RepartitionNode WithoutKey(PlanNode input)
    {
        var columns = input.Schema.Columns.Select(c => c.IsKey ? c with { Role = ColumnRole.Value } : c);
        return new RepartitionNode(
            "PartitionBy",
            input,
            [],
            [],
            new PlanSchema([], [.. columns]),
            new InternalFormats(new FormatSpec(FormatKind.None), KeyFormats.ValueOf(input)));
    }

    // Inside a join, a key is called by its source and its name.
    private static string? AliasOf(PlanNode input) => input is ScanNode scan ? scan.Source.Alias : null;

    private RepartitionNode? Node(
        string name,
        PlanNode input,
        Expression[] written,
        ImmutableArray<BoundExpression> keys,
        FormatSpec format,
        TextSpan span,
        string? alias = null)
    {
        var naming = new ColumnNaming(input.Schema.Columns);
        var columns = input.Schema.Columns.Select(c => c.IsKey ? c with { Role = ColumnRole.Value } : c).ToList();
        var newKeys = ImmutableArray.CreateBuilder<Column>();
        var appended = ImmutableArray.CreateBuilder<int>();
        for (var i = 0; i < keys.Length; i++)
        {
            var key = new Column(naming.NameFor(written[i]), keys[i].Type!, ColumnRole.Key);
            newKeys.Add(key);
            var at = written[i] is ColumnReference ? columns.FindIndex(c => c.Name == key.Name) : -1;
            appended.Add(at < 0 ? columns.Count : -1);
            if (at < 0)
            {
                columns.Add(key);
            }
            else
            {
                columns[at] = columns[at] with { Role = ColumnRole.Key };
            }
        }

        var shown = newKeys.Select(k => alias is null ? k : k with { Name = QuerySources.JoinedName(alias, k.Name) });
        return KeyRules.CheckTypes(shown, span, Diagnostics)
            ? new RepartitionNode(
                name,
                input,
                keys,
                appended.ToImmutable(),
                new PlanSchema(newKeys.ToImmutable(), [.. columns]),
                Formats(input, format, newKeys))
            : null;
    }

    private InternalFormats Formats(PlanNode input, FormatSpec key, IReadOnlyList<Column> keys) =>
        new(KeyFormats.Carrying(key, keys, context.Options.DefaultKeyFormat), KeyFormats.ValueOf(input));

    private static bool IsKeyedBy(PlanNode input, Expression[] expressions) => input.Schema.Keys.Length == expressions.Length
        && expressions.Zip(input.Schema.Keys).All(p => p.First is ColumnReference column && column.Name.Text == p.Second.Name);

    private bool CheckNotWindowed(PlanNode input, TextSpan span)
    {
        if (!input.Scans.Any(s => s.Source.Relation.Window is not null))
        {
            return true;
        }

        const string Message = "Implicit repartitioning of windowed sources is not supported. "
            + "See https://github.com/confluentinc/ksql/issues/4385.";
        Diagnostics.Error("WindowedRepartition", span, Message);
        return false;
    }

    private PlanNode? Fail(string message)
    {
        var query = context.Query;
        context.Diagnostics.Error("InvalidPartitionBy", query.PartitionBy.Count == 0 ? query.Span : Span, message);
        return null;
    }
}
