using System.Net;
using Pioneer.Embedded.Bank;
using Pioneer.Embedded.Broker;
using Pioneer.Embedded.Connect;
using Pioneer.Embedded.Ksql;

namespace Pioneer.Embedded;

/// <summary>
/// A streaming platform in one process, kept under one folder: started in the order in which the parts need each other, stopped in the
/// reverse order. Starting again over the same folder goes on where it was, also after a kill.
/// </summary>
public sealed partial class EmbeddedPlatform : IAsyncDisposable, IFaultInjection
{
    private readonly EmbeddedPlatformOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private EmbeddedBroker? _broker;
    private KsqlServer? _ksql;
    private ConnectWorker? _connect;
    private int _disposed;

    private EmbeddedPlatform(EmbeddedPlatformOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        _options = options;
        _loggers = loggers;
        _time = time;
    }

    /// <summary>Where the parts answer.</summary>
    public EmbeddedEndpoints Endpoints { get; private set; } = new(null, null, null, null, null);

    /// <summary>How a program on this machine reaches the cluster with all rights; null when there is none.</summary>
    public KafkaConnection? Kafka { get; private set; }

    /// <summary>How the Connect worker signs in; null where none runs.</summary>
    internal KafkaConnection? ConnectKafka { get; private set; }

    /// <summary>The bank, where it runs.</summary>
    public DemoBank? Bank { get; private set; }

    /// <summary>Faults for drills on this platform.</summary>
    public IFaultInjection Faults => this;

    /// <inheritdoc/>
    public bool BrokerIsUp => _broker?.IsListening == true;

    /// <summary>Whether broker and Connect worker both run here, so that every fault of a drill can be made.</summary>
    public bool IsDrillTarget => _broker is not null && _connect is not null;

    /// <summary>Starts the parts that the options name and returns when they can be used.</summary>
    public static async Task<EmbeddedPlatform> StartAsync(
        EmbeddedPlatformOptions options,
        ILoggerFactory loggers,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.DataDirectory);
        var platform = new EmbeddedPlatform(options, loggers, time);
        try
        {
            await platform.StartPartsAsync(cancellationToken);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task StopBrokerAsync(CancellationToken cancellationToken) =>
        (_broker ?? throw NotHere("broker")).StopListenersAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StartBrokerAsync(CancellationToken cancellationToken) =>
        (_broker ?? throw NotHere("broker")).StartListenersAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StopConnectTaskAsync(string connector, CancellationToken cancellationToken)
    {
        (_connect ?? throw NotHere("Connect worker")).FailTasks(connector, "The task was stopped by a drill");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        if (_connect is not null)
        {
            await _connect.DisposeAsync();
        }

        if (_ksql is not null)
        {
            await _ksql.DisposeAsync();
        }

        if (Bank is not null)
        {
            await Bank.DisposeAsync();
        }

        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }

    private static InvalidOperationException NotHere(string part) => new($"The embedded {part} does not run in this process");

    private async Task StartPartsAsync(CancellationToken cancellationToken)
    {
        if (_options.BrokerEnabled)
        {
            await StartBrokerPartAsync(cancellationToken);
        }

        Kafka = _options.ExternalKafka ?? OwnKafka();

        // what no part could connect by is said at once, not by each of them again and again
        Kafka?.ToClientConfig("check");
        // Bank, ksql server and worker do not need each other; each mostly waits for Kafka. When one fails the others are waited for, so
        // that what did start is known and stopped.
        await Task.WhenAll(
            _options.Demo ? StartBankAsync(cancellationToken) : Task.CompletedTask,
            _options.KsqlEndpoint is { } ksql ? StartKsqlAsync(ksql, RequireKafka("ksql server"), cancellationToken) : Task.CompletedTask,
            _options.ConnectEndpoint is { } connect
                ? StartConnectAsync(connect, RequireKafka("Connect worker"), cancellationToken)
                : Task.CompletedTask);
        Endpoints = new EmbeddedEndpoints(
            _broker?.PlainEndpoint?.ToString(), _broker?.SaslEndpoint?.ToString(), _ksql is null ? null : $"http://{_ksql.Endpoint}", _connect?.Url, Bank?.Url);
    }

    private async Task StartBrokerPartAsync(CancellationToken cancellationToken)
    {
        var options = new EmbeddedBrokerOptions
        {
            DataDirectory = Path.Combine(_options.DataDirectory, "kafka"),
            PlainEndpoint = _options.KafkaPlainEndpoint,
            SaslEndpoint = _options.KafkaSaslEndpoint,
            SuperUser = _options.SuperUser,
            SuperPassword = _options.SuperPassword,
            AutoCreateTopics = _options.AutoCreateTopics,
            DefaultPartitions = _options.DefaultPartitions,
        };
        (IPEndPoint? Endpoint, string Switch)[] listeners = [(options.PlainEndpoint, _options.Switches.Kafka), (options.SaslEndpoint, _options.Switches.KafkaSasl)];
        _broker = await ListenException.ExplainAsync(
            "Kafka broker", [.. listeners.Where(l => l.Endpoint is not null).Select(l => (l.Endpoint!, l.Switch))],
            () => EmbeddedBroker.StartAsync(options, _loggers, _time, cancellationToken));
    }

    private async Task StartKsqlAsync(IPEndPoint endpoint, KafkaConnection kafka, CancellationToken cancellationToken)
    {
        var directory = Path.Combine(_options.DataDirectory, "ksql");
        Directory.CreateDirectory(directory);
        var options = new KsqlServerOptions
        {
            Endpoint = endpoint,
            DataDirectory = directory,
            DefaultService = new Ksql.KafkaConnection(
                kafka.BootstrapServers, kafka.SecurityProtocol, kafka.SaslMechanism, kafka.Username, kafka.Password, kafka.SslCaLocation),
            CommonBootstrapServers = kafka.BootstrapServers,
            BasicUser = _options.KsqlUser,
            BasicPassword = _options.KsqlPassword,
        };
        _ksql = await ListenException.ExplainAsync(
            "ksql server", [(endpoint, _options.Switches.Ksql)], () => KsqlServer.StartAsync(options, _loggers, _time, cancellationToken));
    }

    private async Task StartConnectAsync(IPEndPoint endpoint, KafkaConnection kafka, CancellationToken cancellationToken)
    {
        var options = new ConnectWorkerOptions
        {
            Endpoint = endpoint,
            Kafka = kafka,
            BasicUser = _options.ConnectUser,
            BasicPassword = _options.ConnectPassword,
            ConfigProviders = _options.ConfigProviders,
            Sources = _options.Sources,
        };
        if (ConnectPrincipal.IsPossible(kafka))
        {
            var principal = new ConnectPrincipal(kafka, _loggers, _time);
            options = options with { Kafka = principal.Connection, WhenKafkaIsReady = stop => principal.GrantAsync(options, stop) };
        }

        ConnectKafka = options.Kafka;
        _connect = await ListenException.ExplainAsync(
            "Connect worker", [(endpoint, _options.Switches.Connect)], () => ConnectWorker.StartAsync(options, _loggers, _time, cancellationToken));
    }

    private async Task StartBankAsync(CancellationToken cancellationToken)
    {
        var options = new DemoBankOptions
        {
            Directory = _options.DemoDirectory ?? Path.Combine(_options.DataDirectory, "demo"),
            PaymentsPerSecond = _options.DemoPaymentsPerSecond,
        };
        Bank = await DemoBank.StartAsync(options, _loggers, _time, cancellationToken);
    }

    /// <summary>The embedded broker as its neighbours in this process reach it: as super user where there is one.</summary>
    private KafkaConnection? OwnKafka() => _broker switch
    {
        { SaslEndpoint: { } sasl } when _options.SuperUser is not null =>
            new KafkaConnection(sasl.ToString(), "SASL_PLAINTEXT", "SCRAM-SHA-256", _options.SuperUser, _options.SuperPassword),
        { PlainEndpoint: { } plain } => new KafkaConnection(plain.ToString()),
        _ => null,
    };

    private KafkaConnection RequireKafka(string part) => Kafka ?? throw new ArgumentException(
        $"The {part} needs Kafka: the embedded broker is off (or has only a SASL listener without a super user) and no cluster is named");
}
