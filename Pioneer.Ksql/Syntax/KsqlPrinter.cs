using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pioneer.Ksql.Syntax;

/// <summary>
/// Writes a tree as ksql on one line, without comments. Reading it again gives an equal tree. Names are quoted with back quotes unless
/// they are plain capitals that no keyword uses (but for some that are everyday column names and can't be taken for anything else); parentheses stand only where the tree needs them.
/// </summary>
public static class KsqlPrinter
{
    private static readonly SearchValues<char> PlainNameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    /// <summary>The text of a node. Statements are printed without the final <c>;</c>.</summary>
    public static string Print(SyntaxNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var builder = new StringBuilder();
        new Printer(builder).Node(node);
        return builder.ToString();
    }

    /// <summary>A name as ksql reads it back: bare where that is safe, else in back quotes.</summary>
    public static string PrintName(string name)
    {
        var plain = name.Length > 0
            && !char.IsAsciiDigit(name[0])
            && !name.AsSpan().ContainsAnyExcept(PlainNameCharacters)
            && Keywords.Find(name) is Keyword.None or Keyword.Id or Keyword.Key or Keyword.Type
                or Keyword.Date or Keyword.Time or Keyword.Timestamp or Keyword.Year or Keyword.Month;
        return plain ? name : $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";
    }

    /// <summary>Text as a ksql string.</summary>
    public static string PrintString(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    internal static string PrintNumber(long value) => value.ToString(CultureInfo.InvariantCulture);
}
