using System.Globalization;
using System.Text;

namespace Pioneer.Domain.Ingestion;

/// <summary>Values of tenant columns, by which rows are kept apart.</summary>
public static class TenantValues
{
    /// <summary>
    /// The same for values that some database holds for the same: those that differ by blanks around them, by case, by accents or by the width of letters
    /// only, as collations, <c>char(n)</c> and <c>citext</c> ignore them.
    /// </summary>
    public static string Folded(string value) => string.Concat(value.Trim().Normalize(NormalizationForm.FormKD)
        .Where(letter => CharUnicodeInfo.GetUnicodeCategory(letter) is not UnicodeCategory.NonSpacingMark)).ToUpperInvariant();
}
