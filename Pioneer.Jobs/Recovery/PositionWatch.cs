using System.Collections.Immutable;
using System.Text.Json;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Connect;

namespace Pioneer.Jobs.Recovery;

/// <summary>How far a connector has read, as a Kafka Connect of one's own tells when it is asked.</summary>
/// <param name="At">When it was asked.</param>
/// <param name="Text">The position in words; null where it has none, or was not told.</param>
/// <param name="NotSeen">Why it was not told. May name addresses, so it is for the platform's people.</param>
public sealed record ToldPosition(DateTimeOffset At, string? Text, string? NotSeen);

/// <summary>
/// Asks a Kafka Connect of one's own for the positions of the platform's connectors: its list does not tell them, and each takes a request. So
/// each is asked once a minute at most and a few of them at a time; with many, the age of what was told grows. Our own worker tells its positions
/// with its list and is not asked.
/// </summary>
public sealed partial class PositionWatch(ConnectClient connect, PlatformPicture picture, TimeProvider time, ILogger<PositionWatch> logger)
    : BackgroundService
{
    /// <summary>Requests in a turn: what they cost a worker is less than a page that somebody looks at.</summary>
    private const int AtOnce = 8;

    private const int MostLetters = 200;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(5), AskEvery = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Turn, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await AskAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // what stands in the picture keeps its age, and the next turn comes soon
                Log.Failed(logger, failure);
            }
        }
    }

    /// <summary>Asks for those whose turn it is and puts what was told into the picture.</summary>
    public async Task AskAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (picture.Look?.Connectors is not { } connectors)
        {
            return;
        }

        var names = connectors.Where(connector => connector.Progress is null && TopicNames.Parse(connector.Name) is not null)
            .Select(connector => connector.Name).Distinct(StringComparer.Ordinal).ToList();
        var told = picture.Positions.Where(known => names.Contains(known.Key)).ToImmutableDictionary(StringComparer.Ordinal);
        var due = names.Where(name => !told.TryGetValue(name, out var before) || now - before.At >= AskEvery)
            .OrderBy(name => told.TryGetValue(name, out var before) ? before.At : DateTimeOffset.MinValue).Take(AtOnce).ToList();
        foreach (var name in due)
        {
            told = told.SetItem(name, await AskAsync(name, ct));
        }

        if (due.Count > 0 || told.Count != picture.Positions.Count)
        {
            picture.ShowPositions(told);
        }
    }

    private async Task<ToldPosition> AskAsync(string connector, CancellationToken ct)
    {
        try
        {
            var offsets = await connect.OffsetsAsync(connector, ct);
            return new ToldPosition(time.GetUtcNow(), TextOf([.. offsets.Select(offset => offset.Offset)]), null);
        }
        catch (ConnectRequestException absent) when (absent.Status == 404)
        {
            // one that is older has no such question
            return new ToldPosition(time.GetUtcNow(), null, "Kafka Connect tells positions from 3.5 on, and those of connectors that it has.");
        }
        catch (IOException failure)
        {
            return new ToldPosition(time.GetUtcNow(), null, failure.Message);
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new ToldPosition(time.GetUtcNow(), null, $"What answered is no list of positions: {odd.Message}");
        }
    }

    /// <summary>In people's words where it is a position of a table, as the worker keeps it otherwise.</summary>
    private static string? TextOf(IReadOnlyList<JsonElement> offsets)
    {
        var text = WorkerProgress.Position(offsets)?.ToText() ?? string.Join(", ", offsets.Select(offset => offset.GetRawText()));
        return text.Length == 0 ? null : text.Length <= MostLetters ? text : text[..MostLetters] + " …";
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6062, Level = LogLevel.Error, Message = "Positions of connectors were not asked for; the next turn comes in a few seconds")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
