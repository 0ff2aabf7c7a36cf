using System.Text;
using Pioneer.Embedded.Broker.Log;
using Xunit;

namespace Pioneer.Tests.Embedded.Log;

/// <summary>What a consumer makes of a fetch: skips records below its position, control batches and aborted transactions.</summary>
internal static class ClientView
{
    public static void Read(ReadResult result, long position, List<(long Offset, string? Key, string? Value)> target)
    {
        var starts = new Queue<AbortedTransaction>(result.AbortedTransactions ?? []);
        var aborting = new HashSet<long>();
        var rest = result.Records;
        while (rest.Length > 0)
        {
            Assert.True(BatchHeader.TryRead(rest.Span, out var header));
            var batch = rest[..header.TotalBytes];
            Assert.True(header.CrcMatches(batch.Span));
            rest = rest[header.TotalBytes..];
            while (starts.TryPeek(out var next) && next.FirstOffset <= header.LastOffset)
            {
                aborting.Add(starts.Dequeue().ProducerId);
            }

            if (header.IsControl)
            {
                if (TransactionMarker.ReadOutcome(batch) == false)
                {
                    aborting.Remove(header.ProducerId);
                }
            }
            else if (!header.IsTransactional || !aborting.Contains(header.ProducerId))
            {
                target.AddRange(RecordReader.Read(batch).Where(r => r.Offset >= position).Select(r => (r.Offset, Text(r.Key), Text(r.Value))));
            }
        }
    }

    private static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } present ? Encoding.UTF8.GetString(present.Span) : null;
}
