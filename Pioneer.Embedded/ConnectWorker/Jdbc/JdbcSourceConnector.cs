using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Runtime;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>
/// <c>io.confluent.connect.jdbc.JdbcSourceConnector</c> over ADO.NET, for SQLite and PostgreSQL. Reads no address that the rules close, whoever wrote the connector
/// and whatever the address led to when it was registered.
/// </summary>
internal sealed class JdbcSourceConnector(SourceRules rules, TimeProvider time, ILoggerFactory loggers) : ISourceConnector
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(10);

    public string ClassName => "io.confluent.connect.jdbc.JdbcSourceConnector";

    public string TaskClassName => "io.confluent.connect.jdbc.source.JdbcSourceTask";

    public string Version => ConnectWorker.PluginVersion;

    public ConfigDef Definition { get; } = new(JdbcSourceConfig.Keys);

    public IReadOnlyList<ConnectConfigException> Validate(IReadOnlyDictionary<string, string> config)
    {
        try
        {
            _ = Read(config);
            return [];
        }
        catch (ConnectConfigException error)
        {
            return [error];
        }
    }

    public async Task<IReadOnlyList<ConnectConfigException>> ProbeAsync(
        IReadOnlyDictionary<string, string> config,
        CancellationToken cancellationToken)
    {
        var settings = Read(config);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ProbeTimeout);
        try
        {
            await using var connection = await settings.Dialect.OpenAsync(limit.Token);
            await using var task = new JdbcSourceTask(settings, time, loggers.CreateLogger<JdbcSourceTask>());
            return await task.TryQueriesAsync(connection, limit.Token);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return [new ConnectConfigException("connection.url", $"Could not open {settings.Dialect.Description}: {error.Message}")];
        }
    }

    public IReadOnlyList<IReadOnlyDictionary<string, string>> TaskConfigs(IReadOnlyDictionary<string, string> config, int maxTasks)
    {
        var tables = new ConfigView(config).GetList("table.whitelist");
        if (tables.Count == 0)
        {
            return [config];
        }

        var groups = Math.Min(Math.Max(1, maxTasks), tables.Count);
        return
        [
            .. Enumerable.Range(0, groups).Select(group => new Dictionary<string, string>(config, StringComparer.Ordinal)
            {
                [JdbcSourceSettings.TaskTables] = string.Join(',', tables.Where((_, at) => at % groups == group)),
            }),
        ];
    }

    public ISourceTask CreateTask(IReadOnlyDictionary<string, string> taskConfig) =>
        new JdbcSourceTask(Read(taskConfig), time, loggers.CreateLogger<JdbcSourceTask>());

    private JdbcSourceSettings Read(IReadOnlyDictionary<string, string> config)
    {
        var settings = JdbcSourceSettings.Parse(config, time);
        return SourceAddress.TryParse(config["connection.url"], out var address, out _) && rules.Check(address) is { } closed
            ? throw new ConnectConfigException("connection.url", $"{closed.Message} {closed.Hint}".TrimEnd())
            : settings;
    }
}
