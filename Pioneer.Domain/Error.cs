namespace Pioneer.Domain;

/// <summary>An expected failure as a value: a stable code for programs, a message that names the thing and the reason, and the way out.</summary>
/// <param name="Code">Stable PascalCase fact, such as <c>SlugAlreadyUsed</c>; the API sends it as problem+json <c>code</c>.</param>
/// <param name="Message">One sentence for a person.</param>
/// <param name="Hint">What to do about it, when that is known.</param>
public record Error(string Code, string Message, string? Hint = null)
{
    /// <summary>How the failure maps to HTTP and to the look of a message.</summary>
    public ErrorKind Kind { get; init; } = ErrorKind.Invalid;

    /// <summary>The input field the failure belongs to, for forms; null when it is about the whole.</summary>
    public string? Field { get; init; }

    public static Error NotFound(string what, string name) =>
        new($"{what}NotFound", $"There is no {Spaced(what)} '{name}'.") { Kind = ErrorKind.NotFound };

    public static Error Invalid(string code, string field, string message, string? hint = null) => new(code, message, hint) { Field = field };

    public static Error Conflict(string code, string message, string? hint = null) => new(code, message, hint) { Kind = ErrorKind.Conflict };

    /// <summary>The message with the way out after it, for a person.</summary>
    public string ToText() => $"{Message} {Hint}".TrimEnd();

    public override string ToString() => Hint is null ? $"{Code}: {Message}" : $"{Code}: {Message} {Hint}";

    private static string Spaced(string what) =>
        string.Concat(what.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : " ") + char.ToLowerInvariant(c) : c.ToString()));
}

/// <summary>Families of failures, each with one HTTP status: 422, 404, 403, 409, 409, 503.</summary>
public enum ErrorKind
{
    Invalid,
    NotFound,
    Forbidden,
    Conflict,
    Concurrency,
    Unavailable,
}
