using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>What the client for quotas promises, whichever broker is behind it.</summary>
public abstract class KafkaQuotasContract(KafkaOptions options) : IAsyncLifetime
{
    private readonly string _id = Guid.NewGuid().ToString("N")[..10];

    protected KafkaQuotas Quotas { get; } = Open(options);

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string User => $"{_id}.app";

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Quotas.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Limits_are_set_changed_and_lifted_and_others_stay()
    {
        Assert.Empty(await AlterAsync((QuotaKeys.ProducerByteRate, 2048), (QuotaKeys.ConsumerByteRate, 4096)));
        await UntilAsync((QuotaKeys.ConsumerByteRate, 4096), (QuotaKeys.ProducerByteRate, 2048));

        Assert.Empty(await AlterAsync((QuotaKeys.ConsumerByteRate, 8192)));
        Assert.Empty(await AlterAsync((QuotaKeys.ConsumerByteRate, 8192)));
        await UntilAsync((QuotaKeys.ConsumerByteRate, 8192), (QuotaKeys.ProducerByteRate, 2048));

        Assert.Empty(await AlterAsync((QuotaKeys.ProducerByteRate, null), (QuotaKeys.ConsumerByteRate, null)));
        Assert.Empty(await AlterAsync((QuotaKeys.ProducerByteRate, null)));
        await UntilAsync();
    }

    [Fact]
    public async Task Validation_refuses_what_cannot_be_and_keeps_nothing()
    {
        var refused = await Quotas.AlterAsync([new KafkaQuotaAlteration(User, new Dictionary<string, double?> { ["no_such_rate"] = 1 })], validateOnly: true, Ct);
        var accepted = await Quotas.AlterAsync([Alteration((QuotaKeys.ProducerByteRate, 2048))], validateOnly: true, Ct);

        Assert.Equal((User, ErrorCode.InvalidRequest), (Assert.Single(refused).Item, refused[0].Code));
        Assert.Contains("no_such_rate", refused[0].Reason, StringComparison.Ordinal);
        Assert.Empty(accepted);
        Assert.Empty(await MineAsync());
    }

    [Fact]
    public async Task Fraction_of_a_byte_is_refused_with_the_reason()
    {
        var refused = Assert.Single(await AlterAsync((QuotaKeys.ConsumerByteRate, 4096.5)));

        Assert.Equal((ErrorCode.InvalidRequest, "consumer_byte_rate cannot be a fractional value."), (refused.Code, refused.Reason));
    }

    [Fact]
    public async Task Two_thousand_principals_are_set_and_read_in_bulk()
    {
        const int count = 2000;
        var users = Enumerable.Range(0, count).Select(number => $"{_id}.user-{number}").ToList();

        Assert.Empty(await SetAllAsync(1024));
        await Wait.UntilAsync(async () => (await Quotas.DescribeAsync(Ct)).Count(quota => quota.User?.StartsWith(_id, StringComparison.Ordinal) == true) == count);
        Assert.Empty(await SetAllAsync(null));

        Task<IReadOnlyList<KafkaItemError>> SetAllAsync(double? rate) => Quotas.AlterAsync(
            [.. users.Select(user => new KafkaQuotaAlteration(user, new Dictionary<string, double?> { [QuotaKeys.ConsumerByteRate] = rate }))], validateOnly: false, Ct);
    }

    [Fact]
    public async Task Requests_from_many_threads_take_turns()
    {
        Assert.Empty(await AlterAsync((QuotaKeys.ProducerByteRate, 2048)));
        await UntilAsync((QuotaKeys.ProducerByteRate, 2048));

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => MineAsync()));

        Assert.All(answers, mine => Assert.Equal(new(QuotaKeys.ProducerByteRate, 2048), Assert.Single(mine)));
        Assert.Empty(await AlterAsync((QuotaKeys.ProducerByteRate, null)));
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-512")]
    public async Task Wrong_password_is_refused_by_name(string mechanism)
    {
        using var stranger = Open(With(options.Username!, "wrong", mechanism));

        var refused = await Assert.ThrowsAsync<KafkaSignInRefusedException>(() => stranger.DescribeAsync(Ct));

        Assert.Equal(options.Username, refused.Principal);
    }

    [Fact]
    public async Task Principal_without_the_right_learns_what_it_lacks()
    {
        var principal = new KafkaPrincipal($"{_id}.nobody", "a long enough password");
        using var admin = new KafkaAdmin(
            new KafkaClients(Options.Create(options), NullLogger<KafkaClients>.Instance), TimeProvider.System, NullLogger<KafkaAdmin>.Instance);
        await admin.UpsertScramUserAsync(principal, Ct);
        using var theirs = Open(With(principal.Username, principal.Password, "SCRAM-SHA-512"));
        await Wait.UntilAsync(async () =>
        {
            try
            {
                return (await new QuotaObservation(theirs).ReadAsync(null, Ct)).Refused.Count > 0;
            }
            catch (KafkaSignInRefusedException)
            {
                return false;
            }
        });

        var (quotas, refused) = await new QuotaObservation(theirs).ReadAsync(null, Ct);

        Assert.Empty(quotas);
        Assert.Equal(QuotaKeys.All, refused.Keys);
        Assert.All(refused.Values, refusal => Assert.Contains(principal.Username, refusal.Reason, StringComparison.Ordinal));
        await admin.DeleteScramUserAsync(principal.Username, Ct);
    }

    [Fact]
    public async Task Broker_that_does_not_listen_is_passed_over_for_the_next()
    {
        using var quotas = Open(With(options.Username!, options.Password!, options.SaslMechanism, $"127.0.0.1:1,{options.BootstrapServers}"));

        Assert.False((await quotas.DescribeAsync(Ct)).IsDefault);
    }

    [Fact]
    public async Task Cluster_that_does_not_answer_is_unavailable()
    {
        using var quotas = Open(With(options.Username!, options.Password!, options.SaslMechanism, "127.0.0.1:1"));

        await Assert.ThrowsAsync<KafkaUnavailableException>(() => quotas.DescribeAsync(Ct));
    }

    protected static KafkaQuotas Open(KafkaOptions kafka) => new(Options.Create(kafka), TimeProvider.System, NullLogger<KafkaQuotas>.Instance);

    private KafkaOptions With(string user, string password, string mechanism, string? bootstrap = null) => new()
    {
        BootstrapServers = bootstrap ?? options.BootstrapServers, SecurityProtocol = options.SecurityProtocol, SaslMechanism = mechanism,
        Username = user, Password = password, SslCaLocation = options.SslCaLocation,
    };

    private KafkaQuotaAlteration Alteration(params (string Key, double? Value)[] limits) => new(User, limits.ToDictionary(limit => limit.Key, limit => limit.Value));

    private Task<IReadOnlyList<KafkaItemError>> AlterAsync(params (string Key, double? Value)[] limits) =>
        Quotas.AlterAsync([Alteration(limits)], validateOnly: false, Ct);

    private async Task<Dictionary<string, double>> MineAsync() =>
        new((await Quotas.DescribeAsync(Ct)).SingleOrDefault(quota => quota is { ClientId: null, Ip: null } && quota.User == User)?.Limits ?? new Dictionary<string, double>());

    private Task UntilAsync(params (string Key, double Value)[] expected) => Wait.UntilAsync(
        async () => (await MineAsync()).Select(limit => (limit.Key, limit.Value)).Order().SequenceEqual(expected));
}
