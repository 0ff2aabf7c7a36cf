using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Faults;
using Pioneer.Embedded.Broker.Groups;
using Pioneer.Embedded.Broker.Log;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Embedded.Broker.Requests;
using Pioneer.Embedded.Broker.Security;
using Pioneer.Embedded.Broker.Transactions;

namespace Pioneer.Embedded.Broker;

/// <summary>
/// A Kafka broker in this process: one node, durable in one directory, reachable on loopback by any Kafka client. Disposing stops the
/// listeners, lets running requests end, and closes the logs cleanly; killing the process loses nothing that was acknowledged either.
/// </summary>
public sealed class EmbeddedBroker : IAsyncDisposable
{
    private readonly MetadataStore _metadata;
    private readonly Stack<IAsyncDisposable> _opened;
    private readonly BrokerListener? _plain;
    private readonly BrokerListener? _sasl;
    private readonly SemaphoreSlim _power = new(1, 1);

    private EmbeddedBroker(BrokerServices services, RequestDispatcher dispatcher, Stack<IAsyncDisposable> opened, ILoggerFactory loggers)
    {
        _metadata = services.Metadata;
        _opened = opened;
        Faults = services.Faults;
        var logger = loggers.CreateLogger("Pioneer.Embedded.Broker.Network");
        ClientConnection Connect(Socket socket, Session session) =>
            new(socket, session, dispatcher, services.Faults, services.Options.MaxFrameBytes, services.Time, logger);
        _plain = Listener(services.Options.PlainEndpoint, needsSasl: false);
        _sasl = Listener(services.Options.SaslEndpoint, needsSasl: true);

        BrokerListener? Listener(IPEndPoint? endpoint, bool needsSasl) =>
            endpoint is null ? null : new BrokerListener(endpoint, needsSasl, services.Options.MaxConnections, Connect, logger);
    }

    /// <summary>Where clients connect without authentication; null when there is no such listener. It keeps its port while stopped.</summary>
    public IPEndPoint? PlainEndpoint => _plain?.Endpoint;

    /// <summary>Where clients connect with SASL over plain TCP; null when there is no such listener. It keeps its port while stopped.</summary>
    public IPEndPoint? SaslEndpoint => _sasl?.Endpoint;

    /// <summary>22 characters, constant for the life of the data directory.</summary>
    public string ClusterId => _metadata.Current.ClusterId;

    /// <summary>Faults for drills; in process only.</summary>
    public BrokerFaults Faults { get; }

    /// <summary>Whether clients can connect.</summary>
    public bool IsListening => _plain?.IsListening == true || _sasl?.IsListening == true;

    /// <summary>Opens the data directory and listens.</summary>
    /// <exception cref="ArgumentException">The options are wrong; the message lists every error.</exception>
    /// <exception cref="SocketException">A port is taken.</exception>
    /// <exception cref="IOException">The directory cannot be written, or another process has it open.</exception>
    public static async Task<EmbeddedBroker> StartAsync(
        EmbeddedBrokerOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken = default)
    {
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException("The embedded broker cannot start: " + string.Join("; ", errors), nameof(options));
        }

        var broker = await OpenAsync(options, loggers, time, cancellationToken);
        try
        {
            await broker.StartListenersAsync(cancellationToken);
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }

        return broker;
    }

    /// <summary>Listens (again), on the ports of the first time.</summary>
    public async Task StartListenersAsync(CancellationToken cancellationToken = default)
    {
        await _power.WaitAsync(cancellationToken);
        try
        {
            _plain?.Start();
            _sasl?.Start();
        }
        finally
        {
            _power.Release();
        }
    }

    /// <summary>Closes the listeners and every connection, as if the broker were down. Nothing is lost; groups and transactions time out as usual.</summary>
    public async Task StopListenersAsync(CancellationToken cancellationToken = default)
    {
        await _power.WaitAsync(cancellationToken);
        try
        {
            await Task.WhenAll(_plain?.StopAsync() ?? Task.CompletedTask, _sasl?.StopAsync() ?? Task.CompletedTask);
        }
        finally
        {
            _power.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopListenersAsync(CancellationToken.None);
        await CloseAsync(_opened);
        _power.Dispose();
    }

    private static async Task<EmbeddedBroker> OpenAsync(
        EmbeddedBrokerOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        var opened = new Stack<IAsyncDisposable>();
        try
        {
            var clusterDirectory = Path.Combine(options.DataDirectory, "cluster");
            var logs = await LogManager.OpenAsync(
                new LogManagerOptions { DataDirectory = Path.Combine(options.DataDirectory, "logs") }, loggers, time, cancellationToken);
            opened.Push(logs);
            var metadata = MetadataStore.Open(clusterDirectory);
            opened.Push(metadata);
            EnsureSuperUser(metadata, options);
            var groups = GroupCoordinator.Open(logs, new GroupOptions(), loggers, time);
            opened.Push(groups);
            var transactions = TransactionCoordinator.Open(
                logs, groups, new ProducerIdAllocator(clusterDirectory), new TransactionOptions(), loggers, time);
            opened.Push(transactions);
            var topics = new TopicService(metadata, logs, groups.OnTopicDeleted, options);
            groups.DropOffsetsOfMissing(topic => topics.Find(topic) is not null);
            var superUsers = options.SuperUser is { } super ? ImmutableHashSet.Create(StringComparer.Ordinal, super) : [];
            var services = new BrokerServices(
                options, metadata, topics, logs, groups, transactions,
                new Authorizer(enabled: options.SuperUser is not null, superUsers, () => metadata.Acls),
                new ClientQuotas(() => metadata.Current.Quotas, time),
                new SaslAuthenticator(
                    (user, mechanism) => metadata.Current.Credentials.GetValueOrDefault(user)?.GetValueOrDefault(mechanism), options.MaxSession, time),
                new BrokerFaults(time), time);
            return new EmbeddedBroker(services, new RequestDispatcher(HandlerCatalogue.Create(services), services.Sasl, time), opened, loggers);
        }
        catch
        {
            await CloseAsync(opened);
            throw;
        }
    }

    private static async Task CloseAsync(Stack<IAsyncDisposable> opened)
    {
        while (opened.TryPop(out var part))
        {
            await part.DisposeAsync();
        }
    }

    private static void EnsureSuperUser(MetadataStore metadata, EmbeddedBrokerOptions options)
    {
        if (options is not { SuperUser: { } user, SuperPassword: { } password })
        {
            return;
        }

        metadata.Change(state =>
        [
            .. new[] { ScramMechanism.Sha256, ScramMechanism.Sha512 }
                .Where(mechanism => state.Credentials.GetValueOrDefault(user)?.GetValueOrDefault(mechanism)?.Accepts(password) != true)
                .Select(mechanism => new ScramCredentialSet(user, ScramCredential.FromPassword(mechanism, password))),
        ]);
    }
}
