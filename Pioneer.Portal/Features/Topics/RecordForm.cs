using System.Globalization;
using Pioneer.Jobs.Topics;
using Pioneer.Portal.Components;

namespace Pioneer.Portal.Features.Topics;

/// <summary>Which records are asked for, as a person fills it in; times are in the viewer's zone.</summary>
public sealed class RecordForm
{
    /// <summary><c>newest</c>, <c>offset</c> or <c>time</c>.</summary>
    public string Begin { get; set; } = "newest";

    /// <summary>A number, or empty for all.</summary>
    public string Partition { get; set; } = "";

    public long? Offset { get; set; }

    public DateTime? Time { get; set; }

    public string? Key { get; set; }

    public static RecordForm Of(RecordRequest request, ViewerTime viewer) => new()
    {
        Begin = request switch { { Offset: not null } => "offset", { From: not null } => "time", _ => "newest" },
        Partition = request.Partition?.ToString(CultureInfo.InvariantCulture) ?? "",
        Offset = request.Offset,
        Time = request.From is { } from ? viewer.Local(from).DateTime : null,
        Key = request.Key,
    };

    public RecordRequest ToRequest(ViewerTime viewer) => new(
        int.TryParse(Partition, NumberStyles.None, CultureInfo.InvariantCulture, out var partition) ? partition : null,
        Begin == "offset" ? Offset ?? 0 : null, Begin == "time" && Time is { } time ? viewer.Instant(time) : null, string.IsNullOrEmpty(Key) ? null : Key);
}
