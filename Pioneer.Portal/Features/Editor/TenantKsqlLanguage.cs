using System.Text.RegularExpressions;
using Pioneer.Ksql;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Language;
using Pioneer.Ksql.Sandbox;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Portal.Features.Editor;

/// <summary>The language services over one tenant's catalogue: everything in process, nothing of other tenants.</summary>
public sealed partial class TenantKsqlLanguage(Catalogue catalogue, SandboxTenant tenant) : IKsqlLanguage
{
    private const int MaxCompletions = 200;

    private static readonly IReadOnlyDictionary<string, string> NoProperties = new Dictionary<string, string>(StringComparer.Ordinal);
    private static readonly string[] Types =
        ["BOOLEAN", "INT", "INTEGER", "BIGINT", "DOUBLE", "DECIMAL", "STRING", "VARCHAR", "BYTES", "DATE", "TIME", "TIMESTAMP", "ARRAY", "MAP", "STRUCT"];

    private static readonly EditorVocabulary Words =
        new([.. Keywords.All.Except(Types, StringComparer.Ordinal)], [.. FunctionCatalogue.Default.All.Select(f => f.Name)], Types);

    public Catalogue Catalogue => catalogue;

    /// <summary>Words that may be names are no keywords where the tenant has something of that name.</summary>
    public EditorVocabulary Vocabulary
    {
        get
        {
            var names = catalogue.Relations.SelectMany(r => r.Schema.Columns.Select(c => c.Name).Append(r.Name)).ToHashSet(StringComparer.OrdinalIgnoreCase);
            return Words with { Keywords = [.. Words.Keywords.Where(word => !names.Contains(word) || Keywords.IsReserved(Keywords.Find(word)))] };
        }
    }

    public IReadOnlyList<EditorCompletion> Complete(string text, int position) =>
    [
        .. CompletionService.Complete(text, position, catalogue).Take(MaxCompletions).Select(i => new EditorCompletion(
            i.Label, i.Kind.ToString().ToLowerInvariant(), i.InsertText, i.Detail, i.Documentation, i.ReplaceSpan.Start, i.ReplaceSpan.Length, Snippet: false)),
    ];

    public EditorHover? Hover(string text, int position) =>
        HoverService.At(text, position, catalogue) is { } hover
            ? new EditorHover($"**{hover.Title}**\n\n{hover.Text}", hover.Span.Start, hover.Span.Length)
            : null;

    public EditorSignatureHelp? Signature(string text, int position) =>
        SignatureService.At(text, position) is { } help
            ? new EditorSignatureHelp(
                [.. help.Signatures.Select(s => new EditorSignature(s.Label, s.Documentation, s.Parameters))], help.ActiveSignature, help.ActiveParameter)
            : null;

    /// <summary>What the sandbox says of the text as it stands.</summary>
    public SandboxVerdict Check(string text, string? subscription) =>
        KsqlSandbox.Check(new SandboxRequest(tenant, catalogue, text, NoProperties, SandboxMode.Validate, subscription));

    public static EditorMarker ToMarker(Diagnostic d) => new(
        d.Start.Line, d.Start.Column, d.End.Line, d.End.Column > d.Start.Column || d.End.Line > d.Start.Line ? d.End.Column : d.Start.Column + 1,
        d.Hint is null ? d.Message : $"{d.Message}\n{d.Hint}", d.Code, d.Severity == Severity.Error, d.Severity == Severity.Warning);

    /// <summary>A change for diagnostics whose hint names what was probably meant; null for the others.</summary>
    public static EditorFix? ToFix(Diagnostic d) => d.Hint is { } hint && Meant().Match(hint) is { Success: true } match
        ? new EditorFix(d.Start.Line, d.Start.Column, $"Change to {match.Groups["meant"].Value}", d.Span.Start, d.Span.Length, match.Groups["meant"].Value)
        : null;

    [GeneratedRegex(@"Did you mean (?<meant>[^?]+)\?", RegexOptions.NonBacktracking)]
    private static partial Regex Meant();
}
