using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Language;

/// <summary>What to show over a piece of text.</summary>
/// <param name="Title">One line of ksql: a name with its type, a signature.</param>
/// <param name="Text">Plain words below it; may be empty.</param>
/// <param name="Span">The piece it is about.</param>
public sealed record Hover(string Title, string Text, TextSpan Span);

/// <summary>Explains the word under a pointer.</summary>
public static class HoverService
{
    private const int MaxColumns = 20;

    /// <summary>The explanation at an offset, or null where there is none.</summary>
    public static Hover? At(string text, int position, Catalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(catalogue);
        var tokens = StatementTokens.At(text, position);
        var index = tokens?.IndexOfTokenAt(position) ?? -1;
        if (tokens is null || index < 0 || !StatementTokens.IsWord(tokens[index]))
        {
            return null;
        }

        var name = tokens.NameAt(index);
        var span = tokens[index].Span;
        if (tokens.KindAt(index + 1) == TokenKind.LeftParen && FunctionCatalogue.Default.Find(name) is { } function)
        {
            return new Hover(string.Join('\n', function.Signatures.Take(5).Select(s => function.Name + s)), function.Description, span);
        }

        return OfRelation(tokens, index, name, span, catalogue) ?? OfColumn(tokens, index, name, span, catalogue);
    }

    /// <summary>The explanation at a line and column.</summary>
    public static Hover? At(string text, TextPosition position, Catalogue catalogue) => At(text, new LineMap(text).OffsetOf(position), catalogue);

    private static Hover? OfRelation(StatementTokens tokens, int index, string name, TextSpan span, Catalogue catalogue)
    {
        var named = tokens.KeywordAt(index - 1) is Keyword.From or Keyword.Join or Keyword.Describe ? catalogue.Find(name) : null;
        var relation = named ?? (tokens.KindAt(index + 1) == TokenKind.Dot
            ? tokens.Sources(catalogue).FirstOrDefault(s => s.Alias == name).Relation
            : null);
        if (relation is null)
        {
            return null;
        }

        var columns = relation.Schema.Columns.Take(MaxColumns).Select(c => $"{KsqlPrinter.PrintName(c.Name)} {c.Type}{(c.IsKey ? " KEY" : "")}");
        var more = relation.Schema.Columns.Length > MaxColumns ? "\n.." : "";
        return new Hover(
            $"{relation.Kind.ToString().ToUpperInvariant()} {relation.Name} ({relation.Origin.ToString().ToLowerInvariant()})",
            string.Join('\n', columns) + more,
            span);
    }

    private static Hover? OfColumn(StatementTokens tokens, int index, string name, TextSpan span, Catalogue catalogue)
    {
        if (!tokens.IsName(index) || tokens.TypeOfChain(index, catalogue) is not { } type)
        {
            return null;
        }

        var isField = tokens.KindAt(index - 1) == TokenKind.StructField;
        var owner = isField ? default : tokens.Sources(catalogue).FirstOrDefault(s => s.Relation.Schema.Find(name) is not null);
        var column = owner.Relation?.Schema.Find(name);
        var what = isField ? "Field of a struct" : column is null ? "Column that every source has" : $"{(column.IsKey ? "Key column" : "Column")} of {owner.Relation!.Name}";
        return new Hover($"{KsqlPrinter.PrintName(name)} {type}", what, span);
    }
}
