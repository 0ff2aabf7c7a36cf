using System.Buffers;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Sandbox;

// Names that a tenant gives: [A-Z][A-Z0-9_]{0,63}, no double underscore (it separates tenants), none at the end (the topic's name would end
// in a hyphen). Object and topic name follow from each other, so a free object name is a free topic name.
internal static class NameRules
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    public static string ObjectName(string subscriptionName) => subscriptionName.ToUpperInvariant().Replace('-', '_');

    public static string SubscriptionName(string objectName) => objectName.ToLowerInvariant().Replace('_', '-');

    public static string DeliveryTopic(SandboxTenant tenant, string objectName) => $"{tenant.Slug}.d.{SubscriptionName(objectName)}";

    public static string? Problem(string name, int maxLength)
    {
        if (name.Length == 0 || name.Length > maxLength)
        {
            return $"A name has 1 to {maxLength} characters.";
        }

        if (!char.IsAsciiLetterUpper(name[0]) || name.AsSpan().ContainsAnyExcept(Allowed))
        {
            return "A name consists of letters, digits and '_', and begins with a letter.";
        }

        return name.Contains("__", StringComparison.Ordinal) || name.EndsWith('_')
            ? "A name has no two '_' in a row and none at its end."
            : null;
    }

    public static void CheckNew(
        string name,
        TextSpan span,
        Catalogue catalogue,
        Relation? source,
        bool mayExist,
        int maxLength,
        DiagnosticBag diagnostics)
    {
        if (Problem(name, maxLength) is { } problem)
        {
            diagnostics.Error("InvalidName", span, $"'{Shorten(name)}' can't be the name: {problem}");
            return;
        }

        var existing = catalogue.Find(name);
        if (existing is { Origin: not RelationOrigin.Subscription })
        {
            diagnostics.Error("NameBelongsToPlatform", span, $"{name} belongs to the platform and can't be created or replaced.", "Choose another name.");
        }
        else if (existing is not null && !mayExist)
        {
            diagnostics.Error(
                "AlreadyExists",
                span,
                $"Cannot add stream '{name}': A stream with the same name already exists",
                "CREATE OR REPLACE STREAM replaces it.");
        }

        if (source is not null)
        {
            CheckCircle(name, span, catalogue, source, diagnostics);
        }
    }

    private static void CheckCircle(string name, TextSpan span, Catalogue catalogue, Relation source, DiagnosticBag diagnostics)
    {
        if (source.Name == name)
        {
            diagnostics.Error("ReadsItself", span, $"{name} can't read its own results: every row would come back for ever.");
            return;
        }

        var readerOf = catalogue.Upstream(source).ToDictionary(found => found.Relation.Name, found => found.Reader);
        if (!readerOf.TryGetValue(name, out var reader))
        {
            return;
        }

        var chain = new Stack<string>([name]);
        for (; reader is not null; reader = readerOf[reader.Name])
        {
            chain.Push(reader.Name);
        }

        diagnostics.Error(
            "ReadsItself",
            span,
            $"{name} can't read {source.Name}: {name} reads {string.Join(" reads ", chain)}, so every row would come back for ever.",
            "Read a feed, or results that do not come from this query.");
    }

    private static string Shorten(string name) => name.Length > 80 ? name[..80] + ".." : name;
}
