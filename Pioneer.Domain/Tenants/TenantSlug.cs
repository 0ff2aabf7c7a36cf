using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pioneer.Domain.Tenants;

/// <summary>
/// The short name that every Kafka resource of a tenant begins with: <c>[a-z][a-z0-9]*(-[a-z0-9]+)*</c>, 3 to 32 characters, never changed,
/// never used again. It holds neither dot nor underscore, so <c>slug.</c> and <c>slug_</c> can never be prefixes of another tenant's names.
/// </summary>
public readonly partial record struct TenantSlug : IComparable<TenantSlug>
{
    public const int MinLength = 3;
    public const int MaxLength = 32;

    private static readonly string[] Reserved = ["pioneer", "default", "kafka", "confluent", "connect", "ksql", "system", "admin", "new"];

    /// <summary>Letters that are written with others where there is no key for them, and do not come apart by themselves.</summary>
    private static readonly Dictionary<char, string> Spellings = new()
    {
        ['ä'] = "ae", ['ö'] = "oe", ['ü'] = "ue", ['ß'] = "ss", ['æ'] = "ae", ['œ'] = "oe", ['ø'] = "o", ['å'] = "a",
        ['ł'] = "l", ['đ'] = "d", ['ð'] = "d", ['þ'] = "th", ['ı'] = "i",
    };

    private readonly string? _value;

    private TenantSlug(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("An uninitialised TenantSlug has no value.");

    /// <summary>Checks the rules that need no database; whether the slug is free is for <c>CreateTenant</c> to say.</summary>
    public static Result<TenantSlug> Create(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return TenantErrors.SlugMissing;
        }

        if (text.Length > MaxLength)
        {
            return TenantErrors.SlugTooLong(text, Suggest(text));
        }

        if (text.Length < MinLength && !Unusable().IsMatch(text))
        {
            return TenantErrors.SlugTooShort(text);
        }

        if (!Pattern().IsMatch(text))
        {
            return TenantErrors.SlugMalformed(text, Suggest(text));
        }

        return IsReserved(text) ? TenantErrors.SlugReserved(text) : new TenantSlug(text);
    }

    /// <summary>For values that were checked when they were stored and for constants in tests; throws on a malformed slug.</summary>
    public static TenantSlug Parse(string text)
    {
        var slug = Create(text);
        return slug.IsSuccess ? slug.Value : throw new FormatException(slug.Error.ToString());
    }

    /// <summary>The nearest slug that fits the rules, or null when nothing usable is left of the text.</summary>
    public static string? Suggest(string text)
    {
        var lowered = Unusable().Replace(Plain(text.Trim()), "-").Trim('-').TrimStart("0123456789-".ToCharArray());
        var cut = lowered.Length > MaxLength ? lowered[..MaxLength].TrimEnd('-') : lowered;
        return cut.Length >= MinLength && Pattern().IsMatch(cut) && !IsReserved(cut) ? cut : null;
    }

    /// <summary>Lower-case letters without their marks: a slug never changes, so that a name should be known in it.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        // what is no letter of Unicode cannot be normalized, and half a pair is none
        var whole = string.Concat(text.EnumerateRunes().Where(rune => !IsNoCharacter(rune)).Select(rune => rune.ToString()));
        foreach (var letter in whole.ToLowerInvariant().Normalize(NormalizationForm.FormC).EnumerateRunes())
        {
            if (letter.IsBmp && Spellings.TryGetValue((char)letter.Value, out var spelled))
            {
                plain.Append(spelled);
                continue;
            }

            plain.Append(string.Concat(letter.ToString().Normalize(NormalizationForm.FormKD)
                .Where(part => char.GetUnicodeCategory(part) is not UnicodeCategory.NonSpacingMark)));
        }

        return plain.ToString();
    }

    private static bool IsNoCharacter(Rune rune) => (rune.Value & 0xfffe) == 0xfffe || rune.Value is >= 0xfdd0 and <= 0xfdef;

    public int CompareTo(TenantSlug other) => string.CompareOrdinal(_value, other._value);

    public override string ToString() => _value ?? "";

    public static bool operator <(TenantSlug left, TenantSlug right) => left.CompareTo(right) < 0;

    public static bool operator >(TenantSlug left, TenantSlug right) => left.CompareTo(right) > 0;

    public static bool operator <=(TenantSlug left, TenantSlug right) => left.CompareTo(right) <= 0;

    public static bool operator >=(TenantSlug left, TenantSlug right) => left.CompareTo(right) >= 0;

    // Reserved words, and everything that could be read as a platform principal ('pioneer-connect').
    private static bool IsReserved(string text) =>
        Reserved.Contains(text, StringComparer.Ordinal) || text.StartsWith("pioneer-", StringComparison.Ordinal);

    [GeneratedRegex("^[a-z][a-z0-9]*(-[a-z0-9]+)*\\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Unusable();
}
