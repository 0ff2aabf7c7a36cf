using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Planning;

/// <summary>What the rows of a step of a plan look like.</summary>
/// <param name="Keys">The columns of the record's key, in order.</param>
/// <param name="Columns">The cells of a row, in order; columns of the key are among them while a query computes.</param>
public sealed record PlanSchema(ImmutableArray<Column> Keys, ImmutableArray<Column> Columns)
{
    /// <summary>The cell of a column, or -1; names compare exactly. Of two of the same name the first.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Columns.Length; i++)
        {
            if (Columns[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether a column of the key has the name.</summary>
    public bool IsKey(string name) => Keys.Any(k => k.Name == name);

    /// <summary>The rows of a source: its columns as declared, then those that every source has.</summary>
    public static PlanSchema Of(Relation relation)
    {
        ImmutableArray<Column> bounds = relation.Window is null ? [] : PseudoColumns.OfWindow;
        return new PlanSchema([.. relation.Schema.Keys], [.. relation.Schema.Columns, .. PseudoColumns.OfSource, .. bounds]);
    }
}
