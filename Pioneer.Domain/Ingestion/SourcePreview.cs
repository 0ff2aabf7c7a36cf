using System.Collections.Immutable;

namespace Pioneer.Domain.Ingestion;

/// <summary>The first rows of a table as a feed would write them; of the columns that are part of it only.</summary>
/// <param name="Columns">What they are called in records, in the feed's order.</param>
/// <param name="CutShort">Why there are fewer rows than were asked for although the table may have more; null where it has none.</param>
public sealed record SourcePreview(ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<PreviewCell>> Rows, string? CutShort)
{
    /// <summary>Most rows of a preview.</summary>
    public const int MaxRows = 20;

    /// <summary>Most characters of all its values.</summary>
    public const int MaxLength = 65_536;

    /// <summary>Most characters of a value; more are cut off.</summary>
    public const int MaxCellLength = 200;
}

/// <summary>A value of a preview.</summary>
/// <param name="Text">As JSON, as the record has it; null for NULL.</param>
/// <param name="Meaning">The day or time that a number stands for; null where the text says all.</param>
/// <param name="Problem">Why a query would leave the record out, or the reader the row; null where none would.</param>
public sealed record PreviewCell(string? Text, string? Meaning = null, string? Problem = null);
