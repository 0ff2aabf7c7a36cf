using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

// The columns that an expression can name, and how their source is called.
internal sealed class ColumnScope(ImmutableArray<Column> columns, ImmutableArray<string> qualifiers)
{
    public ImmutableArray<Column> Columns => columns;

    public bool HasQualifier(string name) => qualifiers.Contains(name);

    public int IndexOf(string name)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    public string? HintFor(ColumnReference reference)
    {
        if (reference.Source is { } source && !HasQualifier(source.Text))
        {
            return HintForQualifier(reference, source);
        }

        var name = reference.Name.Text;
        var sameLetters = columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));
        if (sameLetters is not null)
        {
            return $"Did you mean {KsqlPrinter.PrintName(sameLetters.Name)}? Names in quotes keep their case.";
        }

        return EditDistance.Nearest(name, columns.Select(c => c.Name)) is { } near ? $"Did you mean {KsqlPrinter.PrintName(near)}?" : null;
    }

    private string? HintForQualifier(ColumnReference reference, Identifier source)
    {
        var column = IndexOf(source.Text);
        if (column >= 0 && columns[column].Type is SqlStruct)
        {
            return $"Fields of a struct are written {KsqlPrinter.PrintName(source.Text)}->{KsqlPrinter.PrintName(reference.Name.Text)}.";
        }

        return qualifiers.IsEmpty ? null : $"The source is called {KsqlPrinter.PrintName(qualifiers[0])} in this query.";
    }
}
