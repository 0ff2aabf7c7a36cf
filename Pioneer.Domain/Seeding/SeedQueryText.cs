using Pioneer.Ksql.Syntax;

namespace Pioneer.Domain.Seeding;

/// <summary>The subscription's own SELECT, reading another stream of the same columns.</summary>
public static class SeedQueryText
{
    /// <summary>
    /// Puts <paramref name="stream"/> in the place of the query's source and keeps the source's name as its alias, so that qualified columns still resolve.
    /// Done on the tree, never on the text.
    /// </summary>
    /// <param name="select">A SELECT as the sandbox printed it.</param>
    /// <exception cref="FormatException">The text is not one SELECT over one source: it did not come out of the sandbox.</exception>
    public static string SelectFrom(string select, string stream)
    {
        var query = Query(select);
        var source = query.From.Source;
        return KsqlPrinter.Print(query with
        {
            From = query.From with { Source = source with { Name = new Identifier(stream), Alias = source.Alias ?? source.Name } },
        });
    }

    /// <summary>The tree of a SELECT as the sandbox printed it.</summary>
    /// <exception cref="FormatException">As above.</exception>
    public static Query Query(string select) =>
        KsqlParser.Parse(select) is { HasErrors: false, Statements: [QueryStatement { Query: { From.Joins.Count: 0 } query }] }
            ? query
            : throw new FormatException($"Not one SELECT over one source: {select}");
}
