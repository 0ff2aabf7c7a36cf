using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Sources;

namespace Pioneer.Jobs.Recovery;

/// <summary>A connector that should run and says so, with what its worker tells of it.</summary>
/// <param name="Delivered">Whether it ever wrote or read a row; null where nobody can tell.</param>
/// <param name="GrewAt">When its topic was last seen to grow.</param>
internal sealed record RunningConnector(string Name, string Tenant, string TenantValue, ConnectorProgress? Progress, bool? Delivered, DateTimeOffset? GrewAt);

/// <summary>
/// What is remembered of one feed's table between looks: whose rows came, up to where, and since when which connector has not moved though rows wait for it.
/// </summary>
internal sealed class TableBook(Feed feed, SourceConnection source, DateTimeOffset from)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(15), Minute = TimeSpan.FromMinutes(1), CountAgainAfter = TimeSpan.FromMinutes(10);

    /// <summary>A look costs its source a twentieth of a connection's time at most.</summary>
    private const int RestPerWork = 19;

    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _counted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Standing> _standing = new(StringComparer.Ordinal);
    private readonly HashSet<string> _returned = new(StringComparer.Ordinal);
    private readonly StrayCount _strays = new(feed.Name);
    private readonly DateTimeOffset _from = from;
    private SourceMark? _upTo;
    private DateTimeOffset? _lookedAt;
    private DateTimeOffset _countAgainAt;
    private bool _knowsAll;

    /// <summary>When the next look is due.</summary>
    public DateTimeOffset DueAt { get; private set; }

    /// <summary>What the last look showed of each connector.</summary>
    public ImmutableArray<TableLook> Looks { get; private set; } = [];

    /// <summary>Rows that came for nobody; null before the first look that succeeded.</summary>
    public StrayRows? Strays => _strays.Counted;

    private TimeSpan StandsAfter => Minute + TimeSpan.FromMilliseconds((double)feed.PollIntervalMs + feed.CommitDelayMs + (feed.QueryLimitMs ?? 0));

    /// <summary>Whether what is remembered is of the feed as it is read now.</summary>
    public bool IsOf(Feed now, SourceConnection connection) =>
        (now.Table, now.TenantColumn, now.TimestampColumn, now.IncrementingColumn, now.PollIntervalMs, now.CommitDelayMs, now.QueryLimitMs)
            == (feed.Table, feed.TenantColumn, feed.TimestampColumn, feed.IncrementingColumn, feed.PollIntervalMs, feed.CommitDelayMs, feed.QueryLimitMs)
        && (connection.Kind, connection.ConnectionUrl, connection.TimeZone) == (source.Kind, source.ConnectionUrl, source.TimeZone);

    /// <summary>
    /// What to ask: the rows of connectors that have delivered nothing, and what came since the last look. Rows that a connector did not take are asked for again,
    /// as they may have gone.
    /// </summary>
    public ImmutableArray<FeedToLookAt> Questions(IReadOnlyCollection<RunningConnector> connectors, DateTimeOffset now)
    {
        var look = new FeedToLookAt(feed.Name, feed.Table, feed.TenantColumn, feed.TimestampColumn, feed.IncrementingColumn, Begin(connectors))
        {
            Delay = TimeSpan.FromMilliseconds(feed.CommitDelayMs), Seen = _upTo,
        };
        var uncounted = Uncounted(connectors, now);
        return uncounted.Count == 0
            ? [look]
            : [look with { RowsOf = string.Join(" OR ", uncounted.Select(value => FeedConnector.IsTenants(source.Kind, feed, value))), After = null }, look];
    }

    /// <summary>Takes the answers to the questions of this moment, in their order, and judges the connectors by them.</summary>
    /// <param name="positionOf">Asks for the position of a connector whose worker does not tell; null where it has none. Throws what <c>ConnectClient</c> throws.</param>
    /// <param name="owned">Values of the tenant column that somebody is granted, whether its connector runs or not.</param>
    public async Task TakeAsync(
        IReadOnlyCollection<RunningConnector> connectors, IReadOnlySet<string> owned, IReadOnlyList<FeedNews> answers, DateTimeOffset now,
        Func<string, Task<ConnectorPosition?>> positionOf)
    {
        DueAt = now + LookEvery + (RestPerWork * answers.Aggregate(TimeSpan.Zero, (sum, news) => sum + news.Took));
        var uncounted = Uncounted(connectors, now);
        if (uncounted.Count > 0)
        {
            TakeCount(uncounted, answers[0], now);
        }

        var news = answers[^1];
        if (news.Error is null)
        {
            _knowsAll |= _upTo is null && Begin(connectors) is not null;
            _strays.Take(news.Rows, owned, now);
            TakeNews(news, uncounted, [.. connectors.Where(connector => LooksAgainFrom(connector) is not null).Select(connector => connector.TenantValue)]);
            _returned.Clear();
        }

        var looks = ImmutableArray.CreateBuilder<TableLook>(connectors.Count);
        foreach (var connector in connectors)
        {
            var error = news.Error ?? (connector.Delivered == false && !_counted.ContainsKey(connector.TenantValue) ? answers[0].Error : null);
            looks.Add(error is null ? await JudgeAsync(connector, now, positionOf) : NotSeen(connector, now, error.ToText()));
        }

        Looks = looks.MoveToImmutable();
        if (news.Error is null)
        {
            _lookedAt = now;
        }
    }

    /// <summary>Nothing was seen: what stood still before is not known to have moved.</summary>
    public void TakeNothing(IReadOnlyCollection<RunningConnector> connectors, string reason, DateTimeOffset now)
    {
        DueAt = now + LookEvery;
        Looks = [.. connectors.Select(connector => NotSeen(connector, now, reason))];
    }

    /// <summary>Only what runs can stand still; what runs again begins anew.</summary>
    public void Keep(IReadOnlyCollection<RunningConnector> connectors)
    {
        var names = connectors.Select(connector => connector.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _standing.Keys.Where(name => !names.Contains(name)).ToList())
        {
            _standing.Remove(gone);
        }

        Looks = Looks.RemoveAll(look => !names.Contains(look.Connector));
        var values = connectors.Select(connector => connector.TenantValue).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _known.Keys.Where(value => !values.Contains(value)).ToList())
        {
            _known.Remove(gone);
            _counted.Remove(gone);
        }

        foreach (var value in values)
        {
            if (_known.TryAdd(value, new Known(0, 0, SourceMark.None, _lookedAt ?? _from)) && _upTo is not null)
            {
                _returned.Add(value);
            }
        }
    }

    private List<string> Uncounted(IReadOnlyCollection<RunningConnector> connectors, DateTimeOffset now) => now < _countAgainAt
        ? []
        : [.. connectors.Where(connector => connector.Delivered == false
            && (!_counted.TryGetValue(connector.TenantValue, out var at) || (_known[connector.TenantValue].Rows > 0 && now - at >= Minute))).Select(connector => connector.TenantValue)];

    private SourceMark? Begin(IReadOnlyCollection<RunningConnector> connectors)
    {
        var again = connectors.Select(LooksAgainFrom).OfType<SourceMark>().ToList();
        return _upTo is null ? Least(connectors)
            : _upTo == SourceMark.None ? _upTo
            : feed.TimestampColumn is not null ? _upTo with { Time = again.Select(mark => mark.Time).Append(_upTo.Time).Min() }
            : _upTo with { Number = again.Select(mark => mark.Number).Append(_upTo.Number).Min() };
    }

    /// <summary>
    /// Where one has read up to that has not moved, whose rows may have gone meanwhile, or that runs again, whose rows may have come meanwhile. Null for others, and
    /// where it is not told.
    /// </summary>
    private SourceMark? LooksAgainFrom(RunningConnector connector)
    {
        var mark = _standing.GetValueOrDefault(connector.Name)?.Position
            ?? (_returned.Contains(connector.TenantValue) && connector.Delivered != false ? connector.Progress?.Position?.Mark : null);
        return (feed.TimestampColumn is null ? mark?.Number is null : mark?.Time is null) ? null : mark;
    }

    /// <summary>Where all connectors have read up to; null where one does not tell, and only what comes from now on is known.</summary>
    private SourceMark? Least(IReadOnlyCollection<RunningConnector> connectors)
    {
        var told = connectors.Where(connector => connector.Delivered != false).Select(connector => connector.Progress?.Position?.Mark).ToList();
        return told.Count == 0 || told.Contains(null) ? null
            : feed.TimestampColumn is not null ? told.TrueForAll(mark => mark!.Time is not null) ? new SourceMark(told.Min(mark => mark!.Time), null) : null
            : told.TrueForAll(mark => mark!.Number is not null) ? new SourceMark(null, told.Min(mark => mark!.Number)) : null;
    }

    private void TakeCount(List<string> values, FeedNews count, DateTimeOffset now)
    {
        if (count.Error is not null)
        {
            _countAgainAt = now + CountAgainAfter;
            return;
        }

        foreach (var value in values)
        {
            var rows = count.Rows.FirstOrDefault(row => row.TenantValue == value);
            _known[value] = rows is null ? new Known(0, 0, SourceMark.None, _lookedAt ?? _from) : new Known(rows.Rows, rows.Unmatched, rows.Newest, _lookedAt ?? _from);
            _counted[value] = now;
        }
    }

    private void TakeNews(FeedNews news, List<string> justCounted, HashSet<string> lookedAtAgain)
    {
        _upTo = (_upTo ?? SourceMark.None).Max(news.UpTo ?? SourceMark.None);
        var rowsOf = news.Rows.Where(row => row.TenantValue is not null).ToDictionary(row => row.TenantValue!, StringComparer.Ordinal);
        foreach (var (value, known) in _known.Where(pair => !justCounted.Contains(pair.Key)).ToList())
        {
            // rows whose times do not compare are beyond every mark, so that each look sees all of them
            var rows = rowsOf.GetValueOrDefault(value);
            _known[value] = (rows, lookedAtAgain.Contains(value)) switch
            {
                (null, true) => new Known(0, 0, SourceMark.None, known.CameAfter),
                (null, false) => known with { Unmatched = 0 },
                (_, true) => new Known(rows.Rows, rows.Unmatched, rows.Newest, known.CameAfter),
                _ => new Known(known.Rows + rows.Rows, rows.Unmatched, known.Newest.Max(rows.Newest), known.Newest.Max(rows.Newest) == known.Newest ? known.CameAfter : _lookedAt ?? _from),
            };
        }
    }

    private async Task<TableLook> JudgeAsync(RunningConnector connector, DateTimeOffset now, Func<string, Task<ConnectorPosition?>> positionOf)
    {
        var known = _known[connector.TenantValue];
        var position = connector.Progress?.Position;
        if (connector.Progress is null && connector.Delivered != false)
        {
            if (connector.Delivered is null)
            {
                return NotSeen(connector, now, $"Topic {connector.Name} was not seen.");
            }

            // its topic grew after the last rows came: no need to ask its worker, which takes a request each
            if (known.Newest == SourceMark.None || connector.GrewAt > known.CameAfter)
            {
                return Level(connector, now);
            }

            try
            {
                position = await positionOf(connector.Name);
            }
            catch (IOException failure)
            {
                return NotSeen(connector, now, failure.Message);
            }
        }

        var words = WaitingIn(connector, position, known);
        if (words is null)
        {
            return Level(connector, now);
        }

        var place = new Standing(now, position?.Mark, connector.Progress?.Rows ?? 0, known.Unmatched > 0);
        _standing[connector.Name] = _standing.TryGetValue(connector.Name, out var before) && before.IsSame(place) ? before : place;
        return Look(connector, now, TableState.Behind, words, null);
    }

    private TableLook Level(RunningConnector connector, DateTimeOffset now)
    {
        _standing.Remove(connector.Name);
        return Look(connector, now, TableState.Level, null, null);
    }

    /// <summary>What the connector has not read of what the table is known to have; null where there is nothing.</summary>
    private string? WaitingIn(RunningConnector connector, ConnectorPosition? position, Known known)
    {
        if (known.Unmatched > 0)
        {
            return $"{Plural.Of(connector.Progress?.Rows ?? 0, "row")} since its start. The times of {Plural.Of(known.Unmatched, "row")} in column '{feed.TimestampColumn}' are not in the form that the "
                + "source's address names: these rows are never read.";
        }

        if (connector.Delivered == false)
        {
            return known.Rows > 0 ? $"0 rows since its start, the table has {known.Rows:N0}." : null;
        }

        var isBehind = feed.TimestampColumn is not null ? known.Newest.Time is { } time && !(position?.Mark.Time >= time) : known.Newest.Number is { } number && !(position?.Mark.Number >= number);
        return isBehind
            ? $"It has read up to {position?.ToText() ?? "nowhere"}, and the table has rows up to {new ConnectorPosition(feed.TimestampColumn is null ? known.Newest : known.Newest with { Number = null }).ToText()}."
            : null;
    }

    /// <summary>What stood still before is not known to have moved.</summary>
    private TableLook NotSeen(RunningConnector connector, DateTimeOffset now, string reason) =>
        Looks.FirstOrDefault(look => look.Connector == connector.Name) is { State: TableState.Behind } before && _standing.ContainsKey(connector.Name)
            ? before with { NotSeen = reason }
            : Look(connector, now, TableState.NotObserved, null, reason);

    private TableLook Look(RunningConnector connector, DateTimeOffset now, TableState state, string? words, string? notSeen) =>
        new(connector.Name, connector.Tenant, now, _counted.ContainsKey(connector.TenantValue) || _knowsAll ? null : _from, state,
            state is TableState.Behind ? _standing[connector.Name].Since : null, words, notSeen) { StandsAfter = StandsAfter };

    /// <param name="Rows">Rows that came since they were counted, or since the first look.</param>
    /// <param name="Unmatched">Rows that are never read.</param>
    /// <param name="CameAfter">The look before the one that saw the last rows come.</param>
    private sealed record Known(long Rows, long Unmatched, SourceMark Newest, DateTimeOffset CameAfter);

    private sealed record Standing(DateTimeOffset Since, SourceMark? Position, long Rows, bool IsUnmatched)
    {
        // rows that are never read wait whatever else moves
        public bool IsSame(Standing now) => IsUnmatched ? now.IsUnmatched : !now.IsUnmatched && Position == now.Position && Rows == now.Rows;
    }
}
