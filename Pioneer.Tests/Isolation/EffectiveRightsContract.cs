using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;
using Pioneer.Tests.Jobs;
using Pioneer.Tests.Seeding;
using Xunit;

namespace Pioneer.Tests.Isolation;

/// <summary>
/// What Pioneer says of rights against what the brokers say themselves: Metadata tells a signed-in principal all operations that it may do on each topic.
/// </summary>
public abstract class EffectiveRightsContract(KafkaOptions options) : IAsyncLifetime
{
    private const int Rules = 60;
    private const short WithOperations = 8;

    private static readonly AclOperation[] TopicOperations =
    [
        AclOperation.Read, AclOperation.Write, AclOperation.Create, AclOperation.Describe, AclOperation.Delete, AclOperation.Alter,
        AclOperation.DescribeConfigs, AclOperation.AlterConfigs,
    ];

    private readonly string _prefix = $"rights{Random.Shared.Next(100_000, 999_999)}";
    private readonly KafkaClients _clients = new(Options.Create(options), NullLogger<KafkaClients>.Instance);
    private KafkaAdmin _admin = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string[] Topics => [$"{_prefix}.a", $"{_prefix}.ab", $"{_prefix}.abc"];

    private KafkaPrincipal[] Users => [.. Enumerable.Range(1, 5).Select(number => new KafkaPrincipal($"{_prefix}.user{number}", $"secret of {number}"))];

    public async ValueTask InitializeAsync()
    {
        _admin = new KafkaAdmin(_clients, TimeProvider.System, NullLogger<KafkaAdmin>.Instance);
        await _admin.MakeAsync([.. Topics.Select(topic => TestTopics.Plain(topic))], Ct);
        foreach (var user in Users)
        {
            await _admin.UpsertScramUserAsync(user, Ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _admin.DeleteTopicsAsync(Topics, Ct);
        foreach (var user in Users)
        {
            await _admin.DeleteAclsOfAsync(user.Username, Ct);
            await _admin.DeleteScramUserAsync(user.Username, Ct);
        }

        await _admin.DeleteAclsAsync([.. (await _admin.DescribeAclsAsync(Ct)).Where(rule => rule.Pattern.Name.StartsWith(_prefix, StringComparison.Ordinal))], Ct);
        _admin.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Brokers_say_the_same_of_every_operation(int seed)
    {
        var random = new Random(seed);
        AclRule[] made = [.. Enumerable.Range(0, Rules).Select(_ => Any(random)).Distinct()];
        await _admin.CreateAclsAsync([.. made.Select(AclMapping.ToBinding)], Ct);
        AclRule[] stands = [];
        await Wait.UntilAsync(async () =>
        {
            stands = [.. (await _admin.DescribeAclsAsync(Ct)).Select(AclMapping.FromBinding).OfType<AclRule>()];
            return made.All(stands.Contains);
        });
        var rights = new EffectiveRights(stands, new AuthorizerSettings([]));
        var expected = Users.SelectMany(user => Topics.Select(topic => $"{user} {topic}: {Judged(rights, user, topic)}")).ToList();

        List<string> observed = [];
        try
        {
            await Wait.UntilAsync(async () =>
            {
                observed = [.. (await Task.WhenAll(Users.Select(ObservedAsync))).SelectMany(lines => lines)];
                return observed.SequenceEqual(expected);
            });
        }
        catch (TimeoutException)
        {
            Assert.Equal(expected, observed);
        }

        Assert.Contains(expected, line => line.Contains("Read", StringComparison.Ordinal));
        Assert.Contains(expected, line => line.EndsWith(": hidden", StringComparison.Ordinal));
    }

    private static string Judged(EffectiveRights rights, KafkaPrincipal user, string topic)
    {
        bool May(AclOperation operation) =>
            rights.Judge(new AccessQuestion($"User:{user.Username}", operation, AclResourceType.Topic, topic) { Host = "127.0.0.1" }).IsAllowed;
        return May(AclOperation.Describe) ? string.Join(' ', TopicOperations.Where(May)) : "hidden";
    }

    private async Task<IEnumerable<string>> ObservedAsync(KafkaPrincipal user)
    {
        using var connection = await BrokerClient.OpenAsync(BrokerEndpoint.ParseAll(options.BootstrapServers)[0], options.For(user), Ct);
        var request = new MetadataRequest
        {
            Topics = [.. Topics.Select(topic => new MetadataRequest.MetadataRequestTopic { Name = topic })],
            AllowAutoTopicCreation = false,
            IncludeTopicAuthorizedOperations = true,
        };
        var answer = await connection.SendAsync<MetadataResponse>(request, WithOperations, Ct);
        return answer.Topics.OrderBy(topic => topic.Name, StringComparer.Ordinal).Select(topic => $"{user} {topic.Name}: " + ((Confluent.Kafka.ErrorCode)topic.ErrorCode switch
        {
            Confluent.Kafka.ErrorCode.NoError => string.Join(' ', TopicOperations.Where(operation => (topic.TopicAuthorizedOperations & (1 << (int)operation)) != 0)),
            Confluent.Kafka.ErrorCode.TopicAuthorizationFailed => "hidden",
            var other => other.ToString(),
        }));
    }

    /// <summary>A rule for everybody stays within the test's own names, so that it gives nothing to other tests.</summary>
    private AclRule Any(Random random)
    {
        var user = Users[random.Next(Users.Length)];
        var principal = random.Next(5) == 0 ? "User:*" : $"User:{user.Username}";
        string[] names = [.. Topics, $"{_prefix}.", $"{_prefix}.ab", $"{_prefix}.abcd", .. principal == "User:*" ? Array.Empty<string>() : ["*"]];
        AclOperation[] operations = [.. TopicOperations, AclOperation.All];
        string[] hosts = ["*", "*", "127.0.0.1", "10.0.0.1"];
        var name = names[random.Next(names.Length)];
        return new AclRule(
            principal, operations[random.Next(operations.Length)], AclResourceType.Topic, name,
            name == "*" || random.Next(2) == 0 ? AclPattern.Literal : AclPattern.Prefixed)
        {
            Host = hosts[random.Next(hosts.Length)],
            Permission = random.Next(3) == 0 ? AclPermission.Deny : AclPermission.Allow,
        };
    }
}

/// <summary>The contract on the embedded broker.</summary>
public sealed class EmbeddedEffectiveRightsTests(SecuredBroker broker) : EffectiveRightsContract(broker.Options), IClassFixture<SecuredBroker>;

/// <summary>The contract on Apache Kafka itself.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class ApacheKafkaEffectiveRightsTests : EffectiveRightsContract
{
    public ApacheKafkaEffectiveRightsTests(SharedKafka kafka)
        : base(kafka.Options) => Assert.SkipWhen(kafka.Missing is not null, kafka.Missing ?? "");
}
