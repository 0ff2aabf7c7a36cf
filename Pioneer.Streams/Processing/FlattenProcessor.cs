using Pioneer.Ksql.Functions;
using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Processing;

/// <summary>
/// Makes rows of a row: as many as the longest of the table functions gives values; the others are NULL beyond their ends. A function
/// that fails, or an argument of it, gives none.
/// </summary>
internal sealed class FlattenProcessor(FlattenProcessor.Call[] calls, string step, IProcessingLog log, Processor next) : Processor
{
    public override void Process(in RowEvent e)
    {
        if (e.Row is not { } row)
        {
            return;
        }

        var values = new IReadOnlyList<object?>[calls.Length];
        var count = 0;
        for (var i = 0; i < calls.Length; i++)
        {
            values[i] = Values(calls[i], row);
            count = Math.Max(count, values[i].Count);
        }

        for (var i = 0; i < count; i++)
        {
            var cells = new object?[row.Length + calls.Length];
            row.CopyTo(cells, 0);
            for (var c = 0; c < calls.Length; c++)
            {
                cells[row.Length + c] = i < values[c].Count ? values[c][i] : null;
            }

            next.Process(e with { Row = cells });
        }
    }

    private IReadOnlyList<object?> Values(Call call, object?[] row)
    {
        try
        {
            return call.Body([.. call.Arguments.Select(a => a.EvaluateOrThrow(row))]);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            log.Failed(step, e.Message);
            return [];
        }
    }

    /// <summary>A table function and its arguments.</summary>
    public sealed record Call(TableBody Body, RowExpression[] Arguments);
}
