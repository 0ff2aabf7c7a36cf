namespace Pioneer.Domain.Recovery;

/// <summary>What standing still means for the records of one reader, and what it finds when it goes on.</summary>
/// <param name="Horizon">Of this reader alone.</param>
/// <param name="IfItStands">Until when nothing is lost while it stands, in a sentence or two.</param>
/// <param name="IfItGoesOn">What waits for it, and what was lost meanwhile, in a sentence or two.</param>
public sealed record ReaderOutlook(LossHorizon Horizon, string IfItStands, string IfItGoesOn)
{
    // four rounds that did not come
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(1);

    /// <summary>By the last evidence with brokers in it; null where there is none yet.</summary>
    public static ReaderOutlook Of(string tenant, FlowHop.Reading hop, EvidenceRound? evidence, DateTimeOffset now)
    {
        var horizon = evidence is null
            ? new LossHorizon(tenant, hop.Name, null, 0, LossHorizonKind.NotObserved, "No round of evidence has been taken yet.")
            : LossHorizon.Of(new TenantFlow(tenant, [hop]), evidence, now);
        var age = evidence is not null && now - evidence.TakenAt > Stale ? $" Seen {Time(evidence.TakenAt)}; nothing was seen since." : "";
        return new ReaderOutlook(horizon, Standing(horizon, evidence?.Topic(hop.Topic), now) + age, GoingOn(horizon) + age);
    }

    private static string Standing(LossHorizon horizon, TopicEvidence? topic, DateTimeOffset now) => (horizon.Kind, topic) switch
    {
        (LossHorizonKind.Lost, _) => $"{horizon.Reason} More follow while it stands.",
        (LossHorizonKind.NotObserved, _) or (_, null) => $"Until when nothing is lost is not observed: {(horizon.Reason.Length > 0 ? horizon.Reason : "its topic was not seen.")}",
        (_, { RetentionMs: < 0, RetentionBytes: < 0 }) => "Its topic keeps everything: nothing is lost however long it stands.",
        (LossHorizonKind.Running, _) when horizon.Left is { } left =>
            $"{Waiting(horizon.Undelivered)}. {(horizon.IsAtMost ? "Nothing is lost until, at most," : "Nothing is lost until")} {Time(now + left)}"
                + (horizon.IsByRecordTime ? ": " : ", if its records bear the time of their writing: ") + "resume it before.",
        (_, { RetentionMs: >= 0 } kept) => $"What comes from now on is kept for {Durations.Words(TimeSpan.FromMilliseconds(kept.RetentionMs))}"
            + (kept.RetentionBytes >= 0 ? " at most, as its topic is limited by size too: " : ": ") + $"resume it before {Time(Later(now, kept.RetentionMs))}.",
        _ => "Its topic is limited by size: how long records are kept depends on how many come.",
    };

    private static string GoingOn(LossHorizon horizon) => horizon.Kind switch
    {
        LossHorizonKind.Lost => $"{horizon.Reason} It goes on with what is left; whoever needs what was lost must be seeded.",
        LossHorizonKind.NotObserved => $"Whether anything was lost is not observed: {horizon.Reason}",
        _ => $"It goes on where it stopped. {Waiting(horizon.Undelivered)}, and none was lost.",
    };

    private static string Waiting(long records) => records == 0 ? "No record waits" : Plural.Of(records, "record waits", "records wait");

    private static DateTimeOffset Later(DateTimeOffset now, long ms) => ms < (DateTimeOffset.MaxValue - now).TotalMilliseconds ? now.AddMilliseconds(ms) : DateTimeOffset.MaxValue;

    private static string Time(DateTimeOffset at) => $"{at.UtcDateTime:yyyy-MM-dd HH:mm} UTC";
}
