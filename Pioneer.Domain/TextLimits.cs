namespace Pioneer.Domain;

/// <summary>How long the texts may be that people and programs give. The columns that keep them are as long.</summary>
public static class TextLimits
{
    /// <summary>Names of people, tenants, users of a database, columns.</summary>
    public const int Name = 100;

    /// <summary>A token's: with the word 'token' before it, it is the name of who acts.</summary>
    public const int TokenName = 90;

    /// <summary>Tables, subjects, addresses of servers.</summary>
    public const int LongName = 400;

    /// <summary>Descriptions, JDBC addresses, passwords.</summary>
    public const int Description = 1000;

    /// <summary>Why the text is refused; null where it is not too long, or not there.</summary>
    public static Error? Check(string field, string what, string? text, int most) => text is null || text.Length <= most
        ? null
        : Error.Invalid("TextTooLong", field, $"The {what} has {text.Length} characters; at most {most} are allowed.", "Shorten it.");

    /// <summary>The first of several that is too long.</summary>
    public static Result CheckAll(params ReadOnlySpan<(string Field, string What, string? Text, int Most)> texts)
    {
        foreach (var (field, what, text, most) in texts)
        {
            if (Check(field, what, text, most) is { } refused)
            {
                return refused;
            }
        }

        return Result.Success;
    }
}
