using System.Text;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Statements;

/// <summary>Statements spelled as ksqlDB spells those that it has understood: every column with its source, every name given.</summary>
internal static class CanonicalText
{
    /// <summary>CREATE .. AS SELECT over several lines.</summary>
    /// <param name="create">What was written.</param>
    /// <param name="query">Its query with names resolved.</param>
    public static string Of(CreateAsSelect create, Query query)
    {
        var text = new StringBuilder("CREATE ");
        text.Append(create.OrReplace ? "OR REPLACE " : "").Append(create.Kind == SourceKind.Stream ? "STREAM " : "TABLE ");
        text.Append(create.IfNotExists ? "IF NOT EXISTS " : "").Append(ExpressionText.Name(create.Name.Text));
        if (create.Properties.Count > 0)
        {
            var properties = create.Properties
                .Select(p => (Name: Identifiers.Fold(p.Name.Text), p.Value))
                .OrderBy(p => p.Name, StringComparer.Ordinal)
                .Select(p => $"{p.Name}={ExpressionText.Of(p.Value)}");
            text.Append(" WITH (").AppendJoin(", ", properties).Append(')');
        }

        return text.Append(" AS ").Append(Of(query)).ToString();
    }

    private static string Of(Query query)
    {
        var text = new StringBuilder("SELECT\n  ").AppendJoin(",\n  ", query.Select.Select(Of));
        text.Append("\nFROM ").Append(Of(query.From.Source));
        foreach (var join in query.From.Joins)
        {
            var kind = join.Kind switch
            {
                JoinKind.Left => "LEFT OUTER",
                JoinKind.Right => "RIGHT OUTER",
                JoinKind.Full => "FULL OUTER",
                _ => "INNER",
            };
            text.Append($"\n{kind} JOIN {Of(join.Source)}{Of(join.Within)} ON ({ExpressionText.Of(join.Criteria)})");
        }

        Clause(text, "WINDOW ", query.Window is null ? null : $" {KsqlPrinter.Print(query.Window)} ");
        Clause(text, "WHERE ", query.Where is null ? null : ExpressionText.Of(query.Where));
        Clause(text, "GROUP BY ", List(query.GroupBy));
        Clause(text, "PARTITION BY ", List(query.PartitionBy));
        Clause(text, "HAVING ", query.Having is null ? null : ExpressionText.Of(query.Having));
        return text.Append(query.Emit == EmitMode.Final ? "\nEMIT FINAL" : "\nEMIT CHANGES").ToString();
    }

    private static void Clause(StringBuilder text, string word, string? rest)
    {
        if (rest is not null)
        {
            text.Append('\n').Append(word).Append(rest);
        }
    }

    private static string? List(SyntaxList<Expression> expressions) =>
        expressions.Count == 0 ? null : string.Join(", ", expressions.Select(ExpressionText.Of));

    private static string Of(SelectItem item) => item switch
    {
        SelectExpression single => $"{ExpressionText.Of(single.Expression)} {ExpressionText.Name(single.Alias!.Text)}",
        SelectStructAll all => $"{ExpressionText.Of(all.Struct)}->*",
        SelectAll { Source: { } source } => $"{ExpressionText.Name(source.Text)}.*",
        _ => "*",
    };

    private static string Of(SourceReference source) =>
        $"{ExpressionText.Name(source.Name.Text)} {ExpressionText.Name((source.Alias ?? source.Name).Text)}";

    private static string Of(WithinClause? within)
    {
        if (within is null)
        {
            return "";
        }

        var grace = within.Grace is null ? "" : $" GRACE PERIOD {Of(within.Grace)}";
        return within.Before == within.After
            ? $" WITHIN {Of(within.Before)}{grace}"
            : $" WITHIN ({Of(within.Before)}, {Of(within.After)}){grace}";
    }

    private static string Of(DurationSyntax duration) => $"{duration.Amount} {duration.Unit.ToString().ToUpperInvariant()}";
}
