using System.Collections.Immutable;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Recovery;

/// <summary>What the quick probes saw last.</summary>
/// <param name="Connectors">Null when Connect did not answer.</param>
public sealed record QuickLook(DateTimeOffset At, BrokerLook Brokers, ImmutableArray<ConnectorEvidence>? Connectors)
{
    /// <summary>Whether the cluster can be worked with.</summary>
    public bool BrokersAnswer => Brokers.IsAnswering;
}

/// <summary>The present picture of the platform, shared by pages, detectors and playbooks. Replaced as a whole, so reading needs no lock.</summary>
public sealed class PlatformPicture
{
    private volatile QuickLook? _look;
    private volatile EvidenceRound? _round;
    private volatile EvidenceRound? _lastGood;
    private volatile LastQueries? _lastQueries;
    private volatile IReadOnlyList<SourceState>? _sources;
    private volatile IReadOnlyList<TableLook> _tables = [];
    private volatile IReadOnlyList<StrayRows> _strayRows = [];
    private volatile IReadOnlyList<Finding> _findings = [];
    private volatile ImmutableDictionary<string, ToldPosition> _positions = ImmutableDictionary<string, ToldPosition>.Empty;

    /// <summary>Raised after each change, on the watch's thread; handlers must be quick and must not throw.</summary>
    public event Action? Changed;

    /// <summary>Null until the first probe.</summary>
    public QuickLook? Look => _look;

    /// <summary>The last full round, complete or not.</summary>
    public EvidenceRound? Round => _round;

    /// <summary>The last round in which the brokers were seen: horizons go on counting from it while they are down.</summary>
    public EvidenceRound? LastGood => _lastGood;

    /// <summary>The last look at each query: what it left out is told with its age while its ksqlDB does not answer. Null before the first.</summary>
    public LastQueries? LastQueries => _lastQueries;

    /// <summary>Every source by name; null until the first look at them.</summary>
    public IReadOnlyList<SourceState>? Sources => _sources;

    /// <summary>What the last looks at the tables of feeds showed of the connectors that read them; has none of what was not looked at.</summary>
    public IReadOnlyList<TableLook> Tables => _tables;

    /// <summary>Rows that came for nobody, by feed; has none of a feed whose table was not looked at, as nobody's connector reads it.</summary>
    public IReadOnlyList<StrayRows> StrayRows => _strayRows;

    /// <summary>Rows that came for nobody in one feed's table; null where it was not looked at.</summary>
    public StrayRows? StrayRowsOf(string feed) => _strayRows.FirstOrDefault(strays => strays.Feed == feed);

    /// <summary>How far connectors have read that a Kafka Connect of one's own runs; has none of what was not asked.</summary>
    public ImmutableDictionary<string, ToldPosition> Positions => _positions;

    /// <summary>What two looks in a row found to be wrong.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    internal void Show(QuickLook look)
    {
        _look = look;
        Changed?.Invoke();
    }

    internal void Show(EvidenceRound round)
    {
        _round = round;
        if (round.Cluster is not null)
        {
            _lastGood = round;
        }

        _lastQueries = LastQueries.After(_lastQueries, round);

        Changed?.Invoke();
    }

    internal void ShowSources(IReadOnlyList<SourceState> sources)
    {
        _sources = sources;
        Changed?.Invoke();
    }

    internal void ShowTables(IReadOnlyList<TableLook> tables, IReadOnlyList<StrayRows> strayRows)
    {
        (_tables, _strayRows) = (tables, strayRows);
        Changed?.Invoke();
    }

    internal void ShowPositions(ImmutableDictionary<string, ToldPosition> positions)
    {
        _positions = positions;
        Changed?.Invoke();
    }

    internal void ShowFindings(IReadOnlyList<Finding> findings)
    {
        _findings = findings;
        Changed?.Invoke();
    }
}
