using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Pioneer.Kafka.Protocol.Generator;

/// <summary>Turns each additional file *.messages into message classes, and all of them into the API catalogue.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class MessageGenerator : IIncrementalGenerator
{
    private static readonly DiagnosticDescriptor Malformed = new DiagnosticDescriptor(
        "PKM001", "Malformed message description", "{0}: {1}", "Protocol", DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var descriptions = context.AdditionalTextsProvider
            .Where(file => file.Path.EndsWith(".messages", StringComparison.Ordinal))
            .Select((file, cancel) => (Name: Path.GetFileNameWithoutExtension(file.Path), Text: file.GetText(cancel)?.ToString() ?? ""));
        context.RegisterSourceOutput(descriptions, (output, file) => EmitOne(output, file.Name, file.Text));
        context.RegisterSourceOutput(descriptions.Collect(), (output, files) => EmitCatalogue(output, files));
    }

    private static void EmitOne(SourceProductionContext output, string name, string text)
    {
        try
        {
            output.AddSource(name + ".g.cs", SourceText.From(MessageEmitter.Emit(DescriptionParser.Parse(text)), Encoding.UTF8));
        }
        catch (FormatException e)
        {
            output.ReportDiagnostic(Diagnostic.Create(Malformed, Location.None, name, e.Message));
        }
    }

    private static void EmitCatalogue(SourceProductionContext output, IEnumerable<(string Name, string Text)> files)
    {
        var apis = new List<ApiModel>();
        foreach (var text in files.Select(file => file.Text))
        {
            try
            {
                apis.Add(DescriptionParser.Parse(text));
            }
            catch (FormatException)
            {
                continue; // reported by EmitOne
            }
        }

        if (apis.Count > 0)
        {
            output.AddSource("ApiCatalogue.g.cs", SourceText.From(CatalogueEmitter.Emit(apis), Encoding.UTF8));
        }
    }
}
