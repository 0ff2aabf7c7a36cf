using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Statements;

/// <summary>Chooses the formats of a source from its WITH clause, the settings, and what it inherits.</summary>
internal static class SourceFormats
{
    /// <summary>A format by name with the settings that WITH gives it; null and why where there is none.</summary>
    public static FormatSpec? Make(string name, char? delimiter, FormatSpec? inherited, out string? problem)
    {
        problem = null;
        if (FormatNames.Find(name) is not { } kind)
        {
            problem = FormatNames.IsKnownElsewhere(name)
                ? $"The {name.ToUpperInvariant()} format is not supported yet by this release."
                : $"Unknown format: {name}";
            return null;
        }

        if (delimiter is not null && kind != FormatKind.Delimited)
        {
            problem = $"{name.ToUpperInvariant()} does not support the following configs: [delimiter]";
            return null;
        }

        var kept = inherited?.Kind == kind ? inherited.Delimiter : ',';
        return new FormatSpec(kind, delimiter ?? kept);
    }

    /// <summary>The value format with single columns wrapped or not; null and why where that can't be.</summary>
    public static FormatSpec? Wrapped(FormatSpec format, bool? wrap, bool? byDefault, IReadOnlyList<Column> values, out string? problem)
    {
        problem = null;
        if (wrap is { } asked)
        {
            if (values.Count != 1)
            {
                problem = "'WRAP_SINGLE_VALUE' is only valid for single-field value schemas";
                return null;
            }

            if (format.Kind != FormatKind.Json && asked)
            {
                problem = $"Format '{format.Name}' does not support 'WRAP_SINGLE_VALUE' set to 'true'.";
                return null;
            }
        }

        return (wrap ?? (format.Kind == FormatKind.Json && values.Count == 1 ? byDefault : null)) is { } wraps
            ? format with { Unwrapped = !wraps, IsWrapped = wraps }
            : format;
    }
}
