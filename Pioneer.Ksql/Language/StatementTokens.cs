using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Language;

// The tokens of the statement around a caret, and what they say about its sources. Works on text that is half written: no tree is needed.
internal sealed class StatementTokens
{
    private readonly string _text;
    private readonly Token[] _tokens;

    private StatementTokens(string text, Token[] tokens, int caret)
    {
        _text = text;
        _tokens = tokens;
        Caret = caret;
        Before = Array.FindLastIndex(tokens, t => t.Span.End <= caret && !(IsWord(t) && t.Span.End == caret));
        Word = Array.Find(tokens, t => IsWord(t) && t.Span.Start < caret && t.Span.End >= caret);
        if (Word.Span.Length > 0 && Before >= 0 && _tokens[Before].Span.Start >= Word.Span.Start)
        {
            Before--;
        }
    }

    public int Caret { get; }

    // The last token before the word being typed, or -1.
    public int Before { get; }

    // The word being typed, or an empty token.
    public Token Word { get; }

    public int Count => _tokens.Length;

    public TextSpan ReplaceSpan => Word.Span.Length > 0 ? Word.Span : new TextSpan(Caret, 0);

    public string Prefix => Word.Span.Length > 0 ? _text[Word.Span.Start..Caret].TrimStart('`', '"') : "";

    // Null inside a comment or a string.
    public static StatementTokens? At(string text, int caret)
    {
        caret = Math.Clamp(caret, 0, text.Length);
        var lexed = Lexer.Tokenize(text, new DiagnosticBag(new LineMap("")));
        if (lexed.Comments.Any(c => caret > c.Span.Start && (caret < c.Span.End || (c.Kind == TriviaKind.LineComment && caret == c.Span.End))))
        {
            return null;
        }

        var start = 0;
        var end = lexed.Tokens.Length - 1;
        for (var i = 0; i < lexed.Tokens.Length; i++)
        {
            var token = lexed.Tokens[i];
            if (token.Kind == TokenKind.String && caret > token.Span.Start && (caret < token.Span.End || token.Span.Length == 1))
            {
                return null;
            }

            if (token.Kind == TokenKind.Semicolon && token.Span.End <= caret)
            {
                start = i + 1;
            }
            else if (token.Kind == TokenKind.Semicolon && token.Span.Start >= caret)
            {
                end = i;
                break;
            }
        }

        return new StatementTokens(text, [.. lexed.Tokens.Skip(start).Take(end - start)], caret);
    }

    public Token this[int index] => index >= 0 && index < _tokens.Length ? _tokens[index] : default;

    public Keyword KeywordAt(int index) => this[index].Keyword;

    public TokenKind KindAt(int index) => this[index].Kind;

    public string NameAt(int index)
    {
        var token = this[index];
        var text = _text.Substring(token.Span.Start, token.Span.Length);
        return token.Kind == TokenKind.QuotedIdentifier
            ? text.Trim(text[0]).Replace(new string(text[0], 2), text[0].ToString(), StringComparison.Ordinal)
            : text.ToUpperInvariant();
    }

    public static bool IsWord(Token token) =>
        token.Kind is TokenKind.Identifier or TokenKind.QuotedIdentifier or TokenKind.DigitIdentifier or TokenKind.Keyword;

    public bool IsName(int index) => IsWord(this[index]) && !Keywords.IsReserved(this[index].Keyword);

    public int IndexOfTokenAt(int caret) => Array.FindIndex(_tokens, t => t.Span.Start <= caret && t.Span.End > caret) is var exact and >= 0
        ? exact
        : Array.FindIndex(_tokens, t => t.Span.Touches(caret));

    // The sources named by FROM and JOIN anywhere in the statement, by what they are called.
    public IEnumerable<(string Alias, Relation Relation)> Sources(Catalogue catalogue)
    {
        for (var i = 0; i < _tokens.Length; i++)
        {
            if (KeywordAt(i) is not (Keyword.From or Keyword.Join) || catalogue.Find(NameAtOrEmpty(i + 1)) is not { } relation)
            {
                continue;
            }

            var aliasAt = KeywordAt(i + 2) == Keyword.As ? i + 3 : i + 2;
            var isAlias = IsName(aliasAt) && KeywordAt(aliasAt) is not (Keyword.Emit or Keyword.Partition);
            yield return (isAlias ? NameAt(aliasAt) : relation.Name, relation);
        }
    }

    private string NameAtOrEmpty(int index) => IsName(index) ? NameAt(index) : "";

    // The type of the chain of names that ends at a token: a column, alias.column, and fields of structs.
    public SqlType? TypeOfChain(int last, Catalogue catalogue)
    {
        List<int> names = [last];
        while (KindAt(names[0] - 1) is TokenKind.StructField or TokenKind.Dot && IsName(names[0] - 2))
        {
            names.Insert(0, names[0] - 2);
        }

        var sources = Sources(catalogue).ToList();
        var relations = sources.Select(s => s.Relation);
        var at = 0;
        if (KindAt(names[0] + 1) == TokenKind.Dot && names.Count > 1)
        {
            var alias = NameAt(names[0]);
            relations = sources.Where(s => s.Alias == alias).Select(s => s.Relation);
            at = 1;
        }

        var columns = relations.SelectMany(r => r.Schema.Columns).Concat(PseudoColumns.OfSource);
        var type = columns.FirstOrDefault(c => c.Name == NameAt(names[at]))?.Type;
        foreach (var name in names.Skip(at + 1))
        {
            var index = (type as SqlStruct)?.IndexOf(NameAt(name)) ?? -1;
            type = index < 0 ? null : ((SqlStruct)type!).Fields[index].Type;
        }

        return type;
    }
}
