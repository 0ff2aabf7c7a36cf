using System.Globalization;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Jobs.Ingestion;

/// <summary>What a batch run did to a topic, for the operation's journal.</summary>
/// <param name="Topic">The T topic.</param>
/// <param name="RowsRead">Rows that the connector wrote since the run began.</param>
/// <param name="KeysBefore">Living keys of the topic once they were written.</param>
/// <param name="Comparison">What the keys were held against, and what came of it; in the past tense.</param>
/// <param name="WholeTable">The table that every key of the topic was held against; null where not every key was.</param>
public sealed record BatchChange(string Topic, long RowsRead, long KeysBefore, string Comparison, string? WholeTable = null)
    : Change(ChangeKind.Update, ChangeRisk.Safe)
{
    /// <inheritdoc/>
    public override string ResourceType => "rows";

    /// <inheritdoc/>
    public override string? ComparedTable => WholeTable;

    /// <inheritdoc/>
    public override string Resource => Topic;

    /// <inheritdoc/>
    public override string? Before => $"{Plural.Of(KeysBefore, "living key")}";

    /// <inheritdoc/>
    public override string? After => $"{Plural.Of(RowsRead, "row")} read. {Comparison}";

    /// <summary>Keys of the table and of the topic were compared.</summary>
    internal static string Compared(string table, int keys, int deleted, DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture,
        $"'{table}' held {Plural.Of(keys, "key")} of the tenant at {at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z; {(deleted == 0 ? "none was gone from it" : $"{Plural.Of(deleted, "key")} gone from it {(deleted == 1 ? "was" : "were")} deleted")}.");

    /// <summary>They were not.</summary>
    internal static string NotCompared(Error why) => $"Not compared with the table, and nothing was deleted: {why.Message}";
}
