using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Pioneer.Domain;
using Pioneer.Jobs.KsqlDb;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Jobs.Subscriptions;

/// <summary>A row of a preview: values in the order of the columns, as JSON.</summary>
public sealed record PreviewRow(ImmutableArray<JsonElement> Values);

/// <summary>Why a preview came to its end.</summary>
public enum PreviewEnd
{
    /// <summary>It is still running.</summary>
    None,

    RowLimit,
    TimeLimit,

    /// <summary>The query itself ended, by its LIMIT.</summary>
    Complete,

    /// <summary>ksqlDB stopped it; see <see cref="PreviewRun.Failure"/>.</summary>
    Failed,
}

/// <summary>A running preview. Read it once; dispose it to end the query on the server.</summary>
public sealed class PreviewRun : IAsyncDisposable
{
    private readonly KsqlPushQuery _query;
    private readonly PreviewLimits _limits;
    private readonly TimeProvider _time;
    private readonly Func<Error, Error> _shown;

    internal PreviewRun(KsqlPushQuery query, PreviewLimits limits, TimeProvider time, Func<Error, Error> shown)
    {
        _query = query;
        _limits = limits;
        _time = time;
        _shown = shown;
        Columns = [.. query.Header.ColumnNames.Zip(query.Header.ColumnTypes, (name, type) => new PreviewColumn(name, type))];
    }

    public ImmutableArray<PreviewColumn> Columns { get; }

    public PreviewEnd End { get; private set; }

    public Error? Failure { get; private set; }

    /// <summary>What was left out so far and could not be computed; null where that is not observed, as of ksqlDB itself.</summary>
    public KsqlFaults? Faults => _query.Faults;

    /// <summary>Rows as they come, until a limit is reached, the query ends or <paramref name="ct"/> is cancelled.</summary>
    public async IAsyncEnumerable<PreviewRow> RowsAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var clock = new CancellationTokenSource(TimeSpan.FromSeconds(_limits.MaxSeconds), _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, clock.Token);
        await using var rows = _query.RowsAsync(limit.Token).GetAsyncEnumerator(limit.Token);
        for (var count = 0; count < _limits.MaxRows; count++)
        {
            if (!await MoveNextAsync(rows, clock.Token, ct))
            {
                yield break;
            }

            yield return new PreviewRow(rows.Current);
        }

        End = PreviewEnd.RowLimit;
    }

    public ValueTask DisposeAsync() => _query.DisposeAsync();

    private async Task<bool> MoveNextAsync(IAsyncEnumerator<ImmutableArray<JsonElement>> rows, CancellationToken clock, CancellationToken ct)
    {
        try
        {
            var more = await rows.MoveNextAsync();
            End = more ? PreviewEnd.None : PreviewEnd.Complete;
            return more;
        }
        catch (OperationCanceledException) when (clock.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            End = PreviewEnd.TimeLimit;
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            (End, Failure) = (PreviewEnd.Failed, _shown(PlatformErrors.From(failure)));
        }
        catch (IOException failure) when (!ct.IsCancellationRequested)
        {
            (End, Failure) = (PreviewEnd.Failed, _shown(PlatformErrors.From(new KsqlDbUnavailableException("preview", failure.Message, failure))));
        }

        return false;
    }
}

/// <summary>A column of a preview with its type as ksqlDB prints it.</summary>
public sealed record PreviewColumn(string Name, string Type);
