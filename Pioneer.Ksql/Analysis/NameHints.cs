using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

/// <summary>What may have been meant by a name that could not be resolved.</summary>
internal static class NameHints
{
    /// <summary>For a column that no source has.</summary>
    public static string? ForColumn(string name, IEnumerable<Column> columns)
    {
        Column[] all = [.. columns];
        var sameLetters = Array.Find(all, c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));
        if (sameLetters is not null)
        {
            return $"Did you mean {KsqlPrinter.PrintName(sameLetters.Name)}? Names in quotes keep their case.";
        }

        return EditDistance.Nearest(name, all.Select(c => c.Name)) is { } near ? $"Did you mean {KsqlPrinter.PrintName(near)}?" : null;
    }

    /// <summary>For what stands before a dot and is no source.</summary>
    public static string? ForQualifier(SyntaxNode node, Identifier qualifier, QuerySources sources)
    {
        var column = sources.Columns.FirstOrDefault(c => c.Name == qualifier.Text);
        if (node is ColumnReference reference && column is { Type: SqlStruct })
        {
            return $"Fields of a struct are written {KsqlPrinter.PrintName(qualifier.Text)}->{KsqlPrinter.PrintName(reference.Name.Text)}.";
        }

        var called = string.Join(", ", sources.All.Select(s => KsqlPrinter.PrintName(s.Alias)));
        return sources.IsJoin ? $"The sources are called {called} in this query." : $"The source is called {called} in this query.";
    }
}
