namespace Pioneer.Portal.Features.Editor;

/// <summary>What the editor asks while a person types, for one tenant's catalogue. Positions are 0-based characters of the text.</summary>
public interface IKsqlLanguage
{
    EditorVocabulary Vocabulary { get; }

    IReadOnlyList<EditorCompletion> Complete(string text, int position);

    EditorHover? Hover(string text, int position);

    EditorSignatureHelp? Signature(string text, int position);
}

/// <summary>Words for the highlighting.</summary>
public sealed record EditorVocabulary(IReadOnlyList<string> Keywords, IReadOnlyList<string> Functions, IReadOnlyList<string> Types);

/// <summary>One completion; <paramref name="Start"/> and <paramref name="Length"/> say what it replaces.</summary>
public sealed record EditorCompletion(string Label, string Kind, string InsertText, string? Detail, string? Documentation, int Start, int Length, bool Snippet);

/// <summary>Markdown over a span.</summary>
public sealed record EditorHover(string Text, int Start, int Length);

/// <summary>Signatures of the call around the cursor.</summary>
public sealed record EditorSignatureHelp(IReadOnlyList<EditorSignature> Signatures, int ActiveSignature, int ActiveParameter);

/// <summary>One signature.</summary>
public sealed record EditorSignature(string Label, string? Documentation, IReadOnlyList<string> Parameters);

/// <summary>A problem in the text; lines and columns are 1-based.</summary>
public sealed record EditorMarker(int Line, int Column, int EndLine, int EndColumn, string Message, string Code, bool Error, bool Warning);

/// <summary>A change that mends the problem at <paramref name="Line"/>, <paramref name="Column"/>.</summary>
public sealed record EditorFix(int Line, int Column, string Title, int Start, int Length, string Text);
