using System.Collections.Immutable;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Language;

/// <summary>One way to call a function, and the labels of its parameters inside it.</summary>
public sealed record SignatureItem(string Label, ImmutableArray<string> Parameters, string Documentation);

/// <summary>The call around a caret.</summary>
/// <param name="Signatures">All ways to call the function.</param>
/// <param name="ActiveSignature">The first one that takes as many arguments as are written.</param>
/// <param name="ActiveParameter">The argument the caret is in, from 0.</param>
public sealed record SignatureHelp(ImmutableArray<SignatureItem> Signatures, int ActiveSignature, int ActiveParameter);

/// <summary>Shows the parameters of the function whose call is being written.</summary>
public static class SignatureService
{
    /// <summary>Help at a line and column.</summary>
    public static SignatureHelp? At(string text, TextPosition position) => At(text, new LineMap(text).OffsetOf(position));

    /// <summary>Help at an offset, or null outside calls of known functions.</summary>
    public static SignatureHelp? At(string text, int position)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = StatementTokens.At(text, position);
        if (tokens is null)
        {
            return null;
        }

        var last = tokens.Word.Span.Length > 0 ? tokens.Before + 1 : tokens.Before;
        var open = CompletionService.OpenParenthesis(tokens, last);
        if (open < 1 || FunctionCatalogue.Default.Find(tokens.NameAt(open - 1)) is not { } function)
        {
            return null;
        }

        var argument = CommasSince(tokens, open, last);
        var signatures = function.Signatures.Select(s => Item(function, s)).ToImmutableArray();
        var active = Enumerable.Range(0, signatures.Length).FirstOrDefault(i => signatures[i].Parameters.Length > argument || function.Signatures[i].IsVariadic);
        return new SignatureHelp(signatures, active, Math.Min(argument, Math.Max(0, signatures[active].Parameters.Length - 1)));
    }

    private static int CommasSince(StatementTokens tokens, int open, int last)
    {
        var (nesting, commas) = (0, 0);
        for (var i = open + 1; i <= last; i++)
        {
            switch (tokens.KindAt(i))
            {
                case TokenKind.LeftParen or TokenKind.LeftBracket:
                    nesting++;
                    break;
                case TokenKind.RightParen or TokenKind.RightBracket:
                    nesting--;
                    break;
                case TokenKind.Comma when nesting == 0:
                    commas++;
                    break;
            }
        }

        return commas;
    }

    private static SignatureItem Item(FunctionInfo function, FunctionSignature signature) =>
        new(function.Name + signature, [.. signature.Parameters.Select(p => p.ToString())], function.Description);
}
