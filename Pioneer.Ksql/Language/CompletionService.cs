using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Language;

/// <summary>What can be written at a caret: words of the grammar, functions, and what is in the author's own catalogue.</summary>
public static class CompletionService
{
    private static readonly ImmutableArray<string> Statements =
        ["SELECT", "CREATE STREAM", "CREATE OR REPLACE STREAM", "DESCRIBE", "SHOW STREAMS", "SHOW FUNCTIONS", "EXPLAIN"];

    private static readonly ImmutableArray<string> ExpressionWords = ["CASE", "CAST", "NOT", "NULL", "TRUE", "FALSE"];

    private static readonly ImmutableArray<string> Types =
        ["BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "DECIMAL", "STRING", "BYTES", "DATE", "TIME", "TIMESTAMP", "ARRAY", "MAP", "STRUCT"];

    /// <summary>Completions at a line and column.</summary>
    public static ImmutableArray<CompletionItem> Complete(string text, TextPosition position, Catalogue catalogue) =>
        Complete(text, new LineMap(text).OffsetOf(position), catalogue);

    /// <summary>Completions at an offset.</summary>
    public static ImmutableArray<CompletionItem> Complete(string text, int position, Catalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(catalogue);
        var tokens = StatementTokens.At(text, position);
        if (tokens is null)
        {
            return [];
        }

        var span = tokens.ReplaceSpan;
        return
        [
            .. Candidates(tokens, catalogue)
                .Where(c => c.Label.Contains(tokens.Prefix, StringComparison.OrdinalIgnoreCase))
                .DistinctBy(c => (c.Label, c.Kind))
                .OrderBy(c => !c.Label.StartsWith(tokens.Prefix, StringComparison.OrdinalIgnoreCase))
                .Select(c => c with { ReplaceSpan = span }),
        ];
    }

    private static IEnumerable<CompletionItem> Candidates(StatementTokens tokens, Catalogue catalogue)
    {
        var before = tokens.Before;
        if (before < 0)
        {
            return Words(Statements);
        }

        switch (tokens.KindAt(before))
        {
            case TokenKind.Dot when tokens.IsName(before - 1):
                var alias = tokens.NameAt(before - 1);
                return tokens.Sources(catalogue).Where(s => s.Alias == alias).SelectMany(s => Columns(s.Relation));
            case TokenKind.StructField when tokens.IsName(before - 1):
                return tokens.TypeOfChain(before - 1, catalogue) is SqlStruct type ? type.Fields.Select(Field) : [];
            case TokenKind.LeftParen when tokens.KeywordAt(before - 1) == Keyword.With:
                return [Item("VALUE_FORMAT='JSON'", CompletionKind.Property, "the format of the rows", null)];
            case TokenKind.Keyword when Following(tokens, before, catalogue) is { } following:
                return following;
        }

        return EndsExpression(tokens, before) ? AfterExpression(tokens, before) : Expressions(tokens, catalogue);
    }

    // What a keyword alone decides; null where an expression or its continuation comes.
    private static IEnumerable<CompletionItem>? Following(StatementTokens tokens, int at, Catalogue catalogue)
    {
        switch (tokens.KeywordAt(at))
        {
            case Keyword.From when tokens.KeywordAt(at - 1) == Keyword.Distinct:
                return null;
            case Keyword.From or Keyword.Join or Keyword.Describe:
                return catalogue.Relations.Select(Relation);
            case Keyword.Show or Keyword.List:
                return Words(["STREAMS", "TABLES", "FUNCTIONS"]);
            case Keyword.Create:
                return Words(["STREAM", "OR REPLACE STREAM"]);
            case Keyword.Explain:
                return Words(["SELECT", "CREATE STREAM"]);
            case Keyword.Emit:
                return Words(["CHANGES"]);
            case Keyword.Is:
                return Words(["NULL", "NOT NULL", "DISTINCT FROM", "NOT DISTINCT FROM"]);
            case Keyword.Group or Keyword.Partition:
                return Words(["BY"]);
            case Keyword.Stream or Keyword.Table or Keyword.Limit:
                return [];
            case Keyword.As:
                return AfterAs(tokens, at);
            default:
                return null;
        }
    }

    private static IEnumerable<CompletionItem> AfterAs(StatementTokens tokens, int at)
    {
        if (tokens.KeywordAt(0) == Keyword.Create && !Enumerable.Range(0, at).Any(i => tokens.KeywordAt(i) == Keyword.Select))
        {
            return Words(["SELECT"]);
        }

        // CAST(x AS ..: the parenthesis that is open here belongs to CAST.
        var open = OpenParenthesis(tokens, at);
        return open > 0 && tokens.KeywordAt(open - 1) == Keyword.Cast ? Types.Select(t => Item(t, CompletionKind.Type, "type", null)) : [];
    }

    internal static int OpenParenthesis(StatementTokens tokens, int from)
    {
        var nesting = 0;
        for (var i = from; i >= 0; i--)
        {
            nesting += tokens.KindAt(i) switch
            {
                TokenKind.RightParen => 1,
                TokenKind.LeftParen => -1,
                _ => 0,
            };
            if (nesting < 0)
            {
                return i;
            }
        }

        return -1;
    }

    private static bool EndsExpression(StatementTokens tokens, int at) => tokens.KindAt(at) switch
    {
        TokenKind.Identifier or TokenKind.QuotedIdentifier or TokenKind.DigitIdentifier => true,
        TokenKind.String or TokenKind.Integer or TokenKind.Decimal or TokenKind.Float or TokenKind.RightParen or TokenKind.RightBracket => true,
        TokenKind.Asterisk => tokens.KeywordAt(at - 1) == Keyword.Select || tokens.KindAt(at - 1) is TokenKind.Comma or TokenKind.Dot,
        TokenKind.Keyword => tokens.KeywordAt(at) is Keyword.End or Keyword.Null or Keyword.True or Keyword.False or Keyword.Changes
            || (!Keywords.IsReserved(tokens.KeywordAt(at)) && tokens.KeywordAt(at) != Keyword.Emit),
        _ => false,
    };

    private static IEnumerable<CompletionItem> AfterExpression(StatementTokens tokens, int at)
    {
        var clause = Enumerable.Range(0, at + 1).Reverse().Select(tokens.KeywordAt)
            .FirstOrDefault(k => k is Keyword.Select or Keyword.From or Keyword.Where or Keyword.By or Keyword.Having or Keyword.Emit or Keyword.Stream or Keyword.Case or Keyword.When or Keyword.Then or Keyword.Else or Keyword.End);
        return clause switch
        {
            Keyword.Select => Words(["FROM", "AS", "AND", "OR"]),
            Keyword.From => Words(["WHERE", "EMIT CHANGES", "AS", "LIMIT"]),
            Keyword.Where or Keyword.Having => Words(["AND", "OR", "EMIT CHANGES", "IN", "BETWEEN", "LIKE", "IS NULL", "IS NOT NULL", "NOT IN", "NOT LIKE", "LIMIT"]),
            Keyword.By => Words(["HAVING", "EMIT CHANGES"]),
            Keyword.Emit => Words(["LIMIT"]),
            Keyword.Stream => Words(["AS SELECT", "WITH"]),
            Keyword.Case or Keyword.When or Keyword.Then or Keyword.Else => Words(["WHEN", "THEN", "ELSE", "END", "AND", "OR", "IS NULL", "IS NOT NULL"]),
            Keyword.End => Words(["AS", "FROM", "AND", "OR"]),
            _ => [],
        };
    }

    private static IEnumerable<CompletionItem> Expressions(StatementTokens tokens, Catalogue catalogue)
    {
        var sources = tokens.Sources(catalogue).ToList();
        var hasSource = sources.Count > 0;
        var columns = hasSource ? sources.SelectMany(s => Columns(s.Relation)) : catalogue.Relations.SelectMany(Columns);
        return
        [
            .. columns,
            .. hasSource ? PseudoColumns.OfSource.Select(c => Column(c, "every source")) : [],
            .. FunctionCatalogue.Default.All.Where(f => f.Kind == FunctionKind.Scalar).Select(Function),
            .. Words(ExpressionWords),
        ];
    }

    private static IEnumerable<CompletionItem> Words(IEnumerable<string> words) => words.Select(w => Item(w, CompletionKind.Keyword, "keyword", null));

    private static IEnumerable<CompletionItem> Columns(Relation relation) => relation.Schema.Columns.Select(c => Column(c, relation.Name));

    private static CompletionItem Column(Column column, string of) =>
        Item(KsqlPrinter.PrintName(column.Name), CompletionKind.Column, $"{column.Type}{(column.IsKey ? " KEY" : "")}", $"Column of {of}");

    private static CompletionItem Field(SqlField field) => Item(KsqlPrinter.PrintName(field.Name), CompletionKind.Field, field.Type.ToString(), null);

    private static CompletionItem Relation(Relation relation) => Item(
        KsqlPrinter.PrintName(relation.Name),
        relation.Kind == RelationKind.Stream ? CompletionKind.Stream : CompletionKind.Table,
        relation.Origin.ToString().ToLowerInvariant(),
        relation.Schema.ToString());

    private static CompletionItem Function(FunctionInfo function) =>
        Item(function.Name, CompletionKind.Function, function.Name + function.Signatures[0], function.Description) with { InsertText = function.Name + "(" };

    private static CompletionItem Item(string label, CompletionKind kind, string detail, string? documentation) =>
        new(label, kind, label, detail, documentation, default);
}
