using System.Globalization;
using Pioneer.Domain;

namespace Pioneer.Portal.Components;

/// <summary>Times as the person reads them: their zone (told by the browser once per circuit, UTC until then) and distance from now.</summary>
public sealed class ViewerTime(TimeProvider time)
{
    /// <summary>Raised by the circuit's <see cref="Ticker"/> every second, inside its render: whoever draws again then joins that one batch.</summary>
    public event Action? Ticked;

    public TimeZoneInfo Zone { get; private set; } = TimeZoneInfo.Utc;

    /// <summary>Takes an IANA zone name; an unknown one leaves UTC.</summary>
    public bool SetZone(string name)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) || zone.Equals(Zone))
        {
            return false;
        }

        Zone = zone;
        return true;
    }

    public DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone);

    public string Full(DateTimeOffset at) => Local(at).ToString("yyyy-MM-dd HH:mm:ss.fff zzz", CultureInfo.InvariantCulture);

    /// <summary>Time of day; with the date in front when it is not today.</summary>
    public string Clock(DateTimeOffset at)
    {
        var local = Local(at);
        var today = Local(time.GetUtcNow()).Date;
        return local.ToString(local.Date == today ? "HH:mm:ss" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }

    /// <summary>Date and time of day, to the second.</summary>
    public string Stamp(DateTimeOffset at) => Local(at).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>When the day begins in the viewer's zone.</summary>
    public DateTimeOffset Midnight(DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Unspecified);
        return new DateTimeOffset(local, Zone.GetUtcOffset(local));
    }

    /// <summary>The instant of a date and time of day in the viewer's zone.</summary>
    public DateTimeOffset Instant(DateTime local)
    {
        var unspecified = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        return new DateTimeOffset(unspecified, Zone.GetUtcOffset(unspecified));
    }

    /// <summary>Tells everything that shows a distance from now that time has passed.</summary>
    public void Tick() => Ticked?.Invoke();

    public string Ago(DateTimeOffset at)
    {
        var span = time.GetUtcNow() - at;
        return span.Duration() < TimeSpan.FromSeconds(2) ? "just now" : span < TimeSpan.Zero ? "in " + Durations.Words(-span) : Durations.Words(span) + " ago";
    }
}
