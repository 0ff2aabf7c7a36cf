using System.Globalization;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>
/// The small durable file of a partition, <c>partition.metadata</c>: lines of <c>name: value</c>, replaced as a whole.
/// </summary>
/// <param name="RecoveryPoint">Everything below was synced to disk, with its indexes and producer snapshot.</param>
/// <param name="CleanedTo">Compaction has removed duplicates below this offset.</param>
/// <param name="Epochs">Leader epochs with their first offsets, ascending; the last is the present one.</param>
internal sealed record PartitionCheckpoint(
    Guid TopicId, long LogStartOffset, long RecoveryPoint, long CleanedTo, IReadOnlyList<(int Epoch, long StartOffset)> Epochs)
{
    public const string FileName = "partition.metadata";

    public void Save(string directory)
    {
        var epochs = string.Join(' ', Epochs.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Epoch}@{e.StartOffset}")));
        DurableFile.WriteAllText(
            Path.Combine(directory, FileName),
            string.Create(
                CultureInfo.InvariantCulture,
                $"version: 1\ntopic_id: {TopicId:N}\nlog_start: {LogStartOffset}\nrecovery_point: {RecoveryPoint}\ncleaned_to: {CleanedTo}\nepochs: {epochs}\n"));
    }

    /// <summary>Null when the directory has none: it was being created when the process died.</summary>
    public static PartitionCheckpoint? Load(string directory)
    {
        var file = Path.Combine(directory, FileName);
        if (!File.Exists(file))
        {
            return null;
        }

        var values = File.ReadAllLines(file).Select(line => line.Split(": ", 2)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return new PartitionCheckpoint(
            Guid.ParseExact(values["topic_id"], "N"),
            Number(values["log_start"]),
            Number(values["recovery_point"]),
            Number(values["cleaned_to"]),
            [.. values["epochs"].Split(' ').Select(e => e.Split('@')).Select(e => ((int)Number(e[0]), Number(e[1])))]);
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
