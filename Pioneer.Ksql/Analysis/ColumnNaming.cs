using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

/// <summary>Names for expressions that have none, avoiding those that are taken.</summary>
/// <param name="taken">Columns whose names may not be given again.</param>
internal sealed class ColumnNaming(IEnumerable<Column> taken)
{
    private readonly HashSet<string> _taken = [.. taken.Select(c => c.Name)];
    private readonly Dictionary<string, int> _suffixes = [];
    private int _next;

    /// <summary>A column's own name, a field's name (numbered when taken), else <c>KSQL_COL_n</c>.</summary>
    public string NameFor(Expression expression)
    {
        switch (expression)
        {
            case ColumnReference column:
                return column.Name.Text;
            case StructFieldExpression field:
                return Free(field.Field.Text);
            default:
                string generated;
                do
                {
                    generated = $"KSQL_COL_{_next++}";
                }
                while (!_taken.Add(generated));
                return generated;
        }
    }

    private string Free(string name)
    {
        var free = name;
        _suffixes.TryGetValue(name, out var suffix);
        while (!_taken.Add(free))
        {
            free = $"{name}_{++suffix}";
        }

        _suffixes[name] = suffix;
        return free;
    }
}
