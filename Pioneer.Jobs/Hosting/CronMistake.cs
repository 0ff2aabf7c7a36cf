using Cronos;

namespace Pioneer.Jobs.Hosting;

/// <summary>What is wrong with a cron expression of a setting. Hangfire ends the whole process over one that it cannot read.</summary>
internal static class CronMistake
{
    /// <summary>Goes on from the key and its value; null where the expression is good and comes.</summary>
    public static string? In(string cron, TimeProvider time)
    {
        try
        {
            return CronExpression.Parse(cron).GetNextOccurrence(time.GetUtcNow().UtcDateTime) is null
                ? "never comes: no such day is in any year. '*/5 * * * *' is every five minutes."
                : null;
        }
        catch (Exception wrong) when (wrong is CronFormatException or MissingSeedException)
        {
            return $"is no cron expression: {wrong.Message} Five fields are minute, hour, day, month and day of the week; '*/5 * * * *' is every five minutes.";
        }
    }
}
