using Pioneer.Domain;

namespace Pioneer.Portal.Components;

/// <summary>Where a form shows what was refused: at the field that it is about, else at its head.</summary>
internal static class FieldErrors
{
    /// <summary>The field's <c>aria-invalid</c>: "true" where the error is about it, else null, which leaves the attribute out.</summary>
    public static string? Mark(this Error? error, string field) => error?.Field == field ? "true" : null;

    /// <summary>The error for the form's head; null where it is about one of the fields, which show it themselves.</summary>
    public static Error? BesidesFields(this Error? error, params ReadOnlySpan<string> fields) =>
        error?.Field is { } field && fields.Contains(field) ? null : error;
}
