namespace Pioneer.Domain;

/// <summary>One page of a list. <paramref name="NextCursor"/> is opaque and null on the last page; <paramref name="Total"/> counts all that match.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor, int Total);

/// <summary>How many rows a page may have.</summary>
public static class PageSize
{
    public const int Default = 50;
    public const int Max = 200;

    public static int Clamp(int? wanted) => Math.Clamp(wanted ?? Default, 1, Max);
}

/// <summary>A part of a list: rows to pass over and rows to take, at least one.</summary>
public readonly record struct Window(int Skip, int Take)
{
    /// <summary>The most that a page of the portal shows of a list that it does not page.</summary>
    public static readonly Window Most = new(0, 500);
}

/// <summary>Takes the sort key of the last row into a cursor and back; a cursor that was tampered with reads as the beginning.</summary>
public static class Cursor
{
    public static string Of(string key) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(key)).Replace('+', '-').Replace('/', '_').TrimEnd('=');

    public static string? Read(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor))
        {
            return null;
        }

        var padded = cursor.Replace('-', '+').Replace('_', '/').PadRight((cursor.Length + 3) / 4 * 4, '=');
        var buffer = new byte[padded.Length];
        return Convert.TryFromBase64String(padded, buffer, out var length) ? System.Text.Encoding.UTF8.GetString(buffer, 0, length) : null;
    }
}
