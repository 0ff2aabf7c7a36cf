namespace Pioneer.Domain.Tenants;

/// <summary>What can go wrong with tenants, in words for the person who tried.</summary>
public static class TenantErrors
{
    private const string SlugRule = "A slug is 3 to 32 lower-case letters, digits and single hyphens, beginning with a letter.";

    public static readonly Error SlugMissing = Error.Invalid("SlugMissing", "slug", "A tenant needs a slug.", SlugRule);

    public static readonly Error NameMissing = Error.Invalid("NameMissing", "name", "A tenant needs a name.", "Any name up to 100 characters.");

    public static Error SlugTooLong(string text, string? suggestion) => Error.Invalid(
        "SlugTooLong", "slug", $"The slug has {text.Length} characters; at most {TenantSlug.MaxLength} are allowed.", Suggestion(suggestion));

    public static Error SlugTooShort(string text) => Error.Invalid(
        "SlugTooShort", "slug", $"The slug '{text}' is too short; at least {TenantSlug.MinLength} characters are needed.", SlugRule);

    public static Error SlugMalformed(string text, string? suggestion) => Error.Invalid(
        "SlugMalformed", "slug", $"'{text}' is not a slug.", $"{SlugRule} {Suggestion(suggestion)}".TrimEnd());

    public static Error SlugReserved(string text) => Error.Invalid(
        "SlugReserved", "slug", $"The slug '{text}' is reserved for the platform.", "Choose a name that belongs to the tenant.");

    public static Error SlugTaken(TenantSlug slug, string? suggestion) =>
        Error.Conflict("SlugTaken", $"There is a tenant '{slug}' already.", Suggestion(suggestion)) with { Field = "slug" };

    public static Error SlugAlreadyUsed(TenantSlug slug, string? suggestion) => Error.Conflict(
        "SlugAlreadyUsed",
        $"The slug '{slug}' belonged to a tenant that was off-boarded; a slug is never used again.",
        Suggestion(suggestion)) with
    { Field = "slug" };

    public static Error KsqlUrlMissing(TenantSlug slug, string serviceId) => Error.Invalid(
        "KsqlUrlMissing", "ksqlUrl", $"Pioneer does not host ksqlDB here, and nobody has said where the server of '{slug}' runs.",
        $"Start a ksqlDB server with the service id '{serviceId}' and give its address, or choose shared isolation.");

    public static Error NotFound(string slug) => Error.NotFound("Tenant", slug);

    public static Error NotActive(TenantSlug slug, TenantState state) => Error.Conflict(
        "TenantNotActive", $"Tenant '{slug}' is {state.ToString().ToLowerInvariant()}.", "Resume the tenant first.");

    private static string? Suggestion(string? suggestion) => suggestion is null ? null : $"'{suggestion}' would do.";
}
