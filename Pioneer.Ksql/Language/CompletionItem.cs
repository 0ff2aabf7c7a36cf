using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Language;

/// <summary>What a completion stands for; decides its icon.</summary>
public enum CompletionKind
{
    /// <summary>Words of the grammar.</summary>
    Keyword,

    /// <summary>A stream.</summary>
    Stream,

    /// <summary>A table.</summary>
    Table,

    /// <summary>A column.</summary>
    Column,

    /// <summary>A field of a struct.</summary>
    Field,

    /// <summary>A function.</summary>
    Function,

    /// <summary>A type.</summary>
    Type,

    /// <summary>A property of WITH.</summary>
    Property,
}

/// <summary>Something that could be written at a place.</summary>
/// <param name="Label">What the list shows.</param>
/// <param name="Kind">What it stands for.</param>
/// <param name="InsertText">What is inserted.</param>
/// <param name="Detail">One short line: a type, a signature.</param>
/// <param name="Documentation">A sentence or two, or null.</param>
/// <param name="ReplaceSpan">What it replaces: the word being typed, or nothing at the caret.</param>
public sealed record CompletionItem(
    string Label,
    CompletionKind Kind,
    string InsertText,
    string Detail,
    string? Documentation,
    TextSpan ReplaceSpan);
