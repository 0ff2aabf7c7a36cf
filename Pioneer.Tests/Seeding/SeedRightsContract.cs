using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Embedded.Broker;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Seeding;
using Pioneer.Tests.Jobs;
using Xunit;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace Pioneer.Tests.Seeding;

/// <summary>The rights of a seed run, as the brokers judge them: what the run may touch, and that nothing of them is left.</summary>
public abstract class SeedRightsContract(KafkaOptions options) : IAsyncLifetime
{
    private readonly TenantSlug _tenant = TenantSlug.Parse($"seed{Random.Shared.Next(100_000, 999_999)}");
    private readonly SeedRunId _run = new(Guid.NewGuid());
    private readonly KafkaClients _clients = new(Options.Create(options), NullLogger<KafkaClients>.Instance);
    private KafkaAdmin _admin = null!;
    private SeedRights _rights = null!;
    private SeedTarget _target = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Foreign => $"{_tenant}.t.payments";

    public async ValueTask InitializeAsync()
    {
        _admin = new KafkaAdmin(_clients, TimeProvider.System, NullLogger<KafkaAdmin>.Instance);
        _rights = new SeedRights(_admin, _clients, new KafkaSignIn(_clients, _admin, TimeProvider.System));
        _target = new SeedTarget(
            _run, _tenant, "my-balances", "seed_", "LIVE", TopicNames.Feed(_tenant, "balances"), [], TopicNames.Delivery(_tenant, "my-balances"), "SINK", "", null);
        string[] topics = [_target.SourceTopic, _target.SeedTopic(1), _target.DeliveryTopic, Foreign];
        await _admin.MakeAsync([.. topics.Select(topic => TestTopics.Plain(topic))], Ct);
        await ProduceAsync((KafkaPrincipal?)null, _target.SourceTopic);
        await ProduceAsync((KafkaPrincipal?)null, Foreign);
    }

    public async ValueTask DisposeAsync()
    {
        await _admin.DeleteTopicsAsync([_target.SourceTopic, _target.SeedTopic(1), _target.DeliveryTopic, Foreign], Ct);
        _admin.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Seeder_reads_and_writes_what_its_run_needs_and_is_refused_everything_else()
    {
        var seeder = await _rights.GrantAsync(_target, 1, Ct);

        Assert.Single((await new TopicFold(_clients, TimeProvider.System).FoldAsync(seeder, _target.SourceTopic, [1], Ct)).Rows);
        Assert.Equal(ErrorCode.NoError, await ProduceAsync(seeder, _target.SeedTopic(1)));
        Assert.Equal(ErrorCode.NoError, await ProduceAsync(seeder, _target.DeliveryTopic));
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, await ProduceAsync(seeder, _target.SourceTopic));
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, await ProduceAsync(seeder, Foreign));
        var fold = new TopicFold(_clients, TimeProvider.System) { Patience = TimeSpan.FromSeconds(1) };
        await Assert.ThrowsAsync<KafkaUnavailableException>(() => fold.FoldAsync(seeder, Foreign, [1], Ct));

        await _rights.TakeBackAsync(_run, 1, Ct);
    }

    [Fact]
    public async Task Nothing_is_left_when_the_rights_are_taken_back_twice()
    {
        await _rights.GrantAsync(_target, 1, Ct);
        await _rights.TakeBackAsync(_run, 1, Ct);
        await _rights.TakeBackAsync(_run, 1, Ct);

        await Wait.UntilAsync(async () => (await LeftAsync()).Count == 0);
    }

    [Fact]
    public async Task Process_that_lost_the_run_to_a_later_one_is_refused_by_the_brokers()
    {
        var zombie = await _rights.GrantAsync(_target, 1, Ct);
        using var producer = _clients.Producer(zombie);
        await producer.ProduceAsync(_target.SeedTopic(1), new Message<byte[]?, byte[]?> { Value = [1] }, Ct);

        var successor = await _rights.GrantAsync(_target, 2, Ct);

        Assert.Equal(ErrorCode.NoError, await ProduceAsync(successor, _target.SeedTopic(1)));
        await Wait.UntilAsync(async () => await ProduceAsync(producer, _target.SeedTopic(1)) == ErrorCode.TopicAuthorizationFailed);
        await _rights.TakeBackAsync(_run, 1, Ct); // what the zombie does when it ends: the successor keeps its rights
        Assert.Equal(ErrorCode.NoError, await ProduceAsync(successor, _target.DeliveryTopic));
        await _rights.TakeBackAsync(_run, 2, Ct);
        await Wait.UntilAsync(async () => (await LeftAsync()).Count == 0);
    }

    private async Task<ErrorCode> ProduceAsync(KafkaPrincipal? principal, string topic)
    {
        using var producer = _clients.Producer(principal);
        return await ProduceAsync(producer, topic);
    }

    private static async Task<ErrorCode> ProduceAsync(IProducer<byte[]?, byte[]?> producer, string topic)
    {
        try
        {
            await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Key = [1], Value = [1] }, Ct);
            return ErrorCode.NoError;
        }
        catch (ProduceException<byte[]?, byte[]?> refused)
        {
            return refused.Error.Code;
        }
    }

    private async Task<List<string>> LeftAsync()
    {
        var prefix = Principals.SeederPrefix(_run);
        var users = (await _admin.DescribeScramUsersAsync(Ct)).Select(user => user.Name);
        var rules = (await _admin.DescribeAclsAsync(Ct)).Select(rule => rule.Entry.Principal["User:".Length..]);
        return [.. users.Concat(rules).Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
    }
}

/// <summary>The contract on the embedded broker.</summary>
public sealed class EmbeddedSeedRightsTests(SecuredBroker broker) : SeedRightsContract(broker.Options), IClassFixture<SecuredBroker>;

/// <summary>The contract on Apache Kafka itself.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class ApacheKafkaSeedRightsTests : SeedRightsContract
{
    public ApacheKafkaSeedRightsTests(SharedKafka kafka)
        : base(kafka.Options) => Assert.SkipWhen(kafka.Missing is not null, kafka.Missing ?? "");
}

/// <summary>An embedded broker with its authorizer on.</summary>
public sealed class SecuredBroker : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-secured-").FullName;
    private EmbeddedBroker _broker = null!;

    public KafkaOptions Options { get; private set; } = new();

    public async ValueTask InitializeAsync()
    {
        _broker = await EmbeddedBroker.StartAsync(
            new EmbeddedBrokerOptions
            {
                DataDirectory = _folder, SaslEndpoint = TestPorts.NextEndpoint(), SuperUser = "pioneer", SuperPassword = "a password",
            },
            NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        Options = new KafkaOptions
        {
            BootstrapServers = _broker.SaslEndpoint!.ToString(), SecurityProtocol = "SASL_PLAINTEXT", SaslMechanism = "SCRAM-SHA-256",
            Username = "pioneer", Password = "a password",
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        TestFolder.Delete(_folder);
    }
}
