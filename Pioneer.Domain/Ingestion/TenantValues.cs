using System.Globalization;
using System.Text;

namespace Pioneer.Domain.Ingestion;

/// <summary>Values of tenant columns, by which rows are kept apart.</summary>
public static class TenantValues
{
    private static readonly string[] Texts = ["text", "varchar", "character varying", "char", "character", "bpchar", "citext", "nchar", "nvarchar", "clob"];

    /// <summary>Whether a column declared so compares its values as texts, whatever they are read as; false where that is not known.</summary>
    public static bool IsText(string sourceType) => Texts.Contains(sourceType.Split('(')[0].Trim(), StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The same for values that some database holds for the same: those that differ by blanks around them, by case, by accents, by the width of letters
    /// or by marks that are not seen only, as collations, <c>char(n)</c> and <c>citext</c> ignore them.
    /// </summary>
    public static string Folded(string value) => string.Concat(value.Trim().Normalize(NormalizationForm.FormKD)
        .Where(letter => CharUnicodeInfo.GetUnicodeCategory(letter) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.Format))).Replace("ß", "ss", StringComparison.Ordinal).ToUpperInvariant();
}
