using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Sandbox;

/// <summary>
/// Judges from the tree whether the same SELECT over a seed stream gives the state that the live query would have built
/// (design page 04-seeding; the table it follows is research/seeding.md 2.3).
/// </summary>
public static class SeedabilityJudge
{
    private static readonly ImmutableArray<string> OrderIndependent = ["MIN", "MAX", "COLLECT_SET", "COUNT_DISTINCT"];

    /// <summary>Judges a query over the relations it reads.</summary>
    public static SeedabilityVerdict Judge(Query query, Catalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(catalogue);
        List<string> refusals = [];
        List<string> notes = [];
        List<string> facts = [];
        var source = catalogue.Find(query.From.Source.Name.Text);
        if (source is { Kind: RelationKind.Table })
        {
            refusals.Add("It reads a table: rebuild the table from its topic instead.");
        }
        else if (source is not null && !source.Schema.Keys.Any())
        {
            refusals.Add($"{source.Name} has no key, so there is no state per key to seed.");
        }

        if (source is { KeepsState: false })
        {
            refusals.Add(NoState(source.Topic));
        }

        JudgeClauses(query, catalogue, refusals, notes, facts);
        foreach (var node in SyntaxTree.DescendantsAndSelf(query))
        {
            JudgeNode(node, source, refusals, notes);
        }

        return refusals.Count > 0 ? new(Seedability.Refused, [.. refusals.Distinct()])
            : notes.Count > 0 ? new(Seedability.WithNote, [.. notes.Distinct(), .. facts])
            : new(Seedability.Exact, [.. facts]);
    }

    /// <summary>Why nothing that reads such a topic can be seeded, in two sentences.</summary>
    public static string NoState(string topic) =>
        $"It reads {topic}, which holds events for a time, not the latest value of every key: there is no complete state to seed from. "
        + "A query on a batch feed, whose topic keeps the latest value of every key, can be seeded.";

    private static void JudgeClauses(Query query, Catalogue catalogue, List<string> refusals, List<string> notes, List<string> facts)
    {
        if (query.Window is not null)
        {
            refusals.Add("It has a window: seed rows would fall into the wrong one, or come too late for it.");
        }

        if (query.Emit == EmitMode.Final)
        {
            refusals.Add("EMIT FINAL waits for windows to close, which seed rows do not make happen.");
        }

        foreach (var join in query.From.Joins)
        {
            if (catalogue.Find(join.Source.Name.Text) is { Kind: RelationKind.Table })
            {
                facts.Add($"Rows are joined with {join.Source.Name.Text} as it is now, not as it was then.");
            }
            else
            {
                refusals.Add("It joins streams: that needs the history of both, not their state.");
            }
        }

        if (query.PartitionBy.Count > 0)
        {
            notes.Add("PARTITION BY must give every source key a key of its own that never changes; else two sources share one key.");
        }

        if (query.Where is not null)
        {
            facts.Add("The filter is applied to the current state: a key whose last row does not match is not seeded, even if an earlier one did.");
        }
    }

    private static void JudgeNode(SyntaxNode node, Relation? source, List<string> refusals, List<string> notes)
    {
        switch (node)
        {
            case ColumnReference { Name.Text: PseudoColumns.RowOffset or PseudoColumns.RowPartition } pseudo:
                refusals.Add($"{pseudo.Name.Text} of a seed row is not that of the original row.");
                break;
            case ColumnReference { Name.Text: PseudoColumns.RowTime }:
                notes.Add("ROWTIME of a seed row is the time of the last record of its key.");
                break;
            case ColumnReference column when source?.Schema.Find(column.Name.Text) is { Role: ColumnRole.Headers }:
                refusals.Add($"{column.Name.Text} comes from record headers, which seed rows do not carry.");
                break;
            case SelectAll when source is not null && source.Schema.Columns.Any(c => c.Role == ColumnRole.Headers):
                refusals.Add("It selects record headers, which seed rows do not carry.");
                break;
            case FunctionCall call:
                JudgeCall(call, refusals, notes);
                break;
        }
    }

    private static void JudgeCall(FunctionCall call, List<string> refusals, List<string> notes)
    {
        var function = FunctionCatalogue.Default.Find(call.Name.Text);
        switch (function)
        {
            case { Kind: FunctionKind.Scalar, IsDeterministic: false } when call.Arguments.Count == 0:
                refusals.Add($"{function.Name}() gives another value each time it is called.");
                break;
            case { Kind: FunctionKind.Table }:
                notes.Add($"{function.Name} makes several rows of one: seeding again repeats them.");
                break;
            case { Kind: FunctionKind.Aggregate, Name: "LATEST_BY_OFFSET" }:
                break;
            case { Kind: FunctionKind.Aggregate } when OrderIndependent.Contains(function.Name):
                notes.Add($"{function.Name} is then taken over the current rows, not over the history.");
                break;
            case { Kind: FunctionKind.Aggregate }:
                refusals.Add($"{function.Name} would count a seed row as one more event.");
                break;
        }
    }
}
