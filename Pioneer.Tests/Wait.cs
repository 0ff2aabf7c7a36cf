using System.Runtime.CompilerServices;

namespace Pioneer.Tests;

/// <summary>The one way in which tests wait: for a state, never for a time. A wait that does not end fails with what was waited for, and what was last seen.</summary>
internal static class Wait
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Asks until it is so; the failure gives the condition's own text.</summary>
    public static Task UntilAsync(
        Func<bool> condition, TimeSpan? patience = null, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        UntilAsync(what, condition, patience);

    /// <summary>Asks until it is so; the failure gives the condition's own text.</summary>
    public static Task UntilAsync(
        Func<Task<bool>> condition, TimeSpan? patience = null, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        UntilAsync(what, condition, patience);

    /// <summary>Asks until it is so; the failure says what was waited for.</summary>
    public static Task UntilAsync(string what, Func<bool> condition, TimeSpan? patience = null) =>
        UntilAsync(what, () => Task.FromResult(condition()), patience);

    /// <summary>Asks until it is so; the failure says what was waited for.</summary>
    public static Task UntilAsync(string what, Func<Task<bool>> condition, TimeSpan? patience = null) =>
        ForAsync(what, condition, isSo => isSo, patience);

    /// <summary>Looks until what is seen is as it should be, and gives it.</summary>
    public static async Task<T> ForAsync<T>(string what, Func<Task<T>> look, Func<T, bool> enough, TimeSpan? patience = null)
    {
        var limit = patience ?? Patience.Usual;
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await look();
            if (enough(seen))
            {
                return seen;
            }

            if (TimeProvider.System.GetElapsedTime(started) > limit)
            {
                var last = typeof(T) == typeof(bool) ? "" : $" Last seen: {Shown(seen)}";
                throw new TimeoutException($"Not so within {limit.TotalSeconds:0} s: {what}.{last}");
            }

            await Task.Delay(Pause);
        }
    }

    private static string Shown<T>(T seen) =>
        seen is System.Collections.IEnumerable many and not string ? $"[{string.Join(", ", many.Cast<object?>())}]" : $"{seen}";
}
