using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Kafka;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Isolation;

/// <summary>Signs in to the brokers as one of a tenant's principals and tries what must be refused, and first what must not.</summary>
/// <param name="judgeAs">The principal whose rules decide: the one that is signed in, or the one that it stands in for.</param>
internal sealed class BrokerAttack(KafkaOptions options, AttackGround ground, CheckedTenant tenant, KafkaPrincipal principal, string judgeAs, TimeProvider time)
{
    private const string Refused = "refused";
    private const string Nobody = "pioneer-isolation-check";
    private const int MaxTargets = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // a broker that hangs would hold a check for as long as there are attempts
    private const int MaxFailures = 2;

    private readonly List<IsolationAttempt> _attempts = [];
    private int _failures;

    /// <summary>All attempts in order; where the sign-in or a control fails, none of the others counts as held.</summary>
    /// <param name="suspects">Names that rules reach although they must not: they are tried for certain.</param>
    public async Task<ImmutableArray<IsolationAttempt>> RunAsync(IReadOnlyCollection<string> suspects, CancellationToken ct)
    {
        BrokerConnection? connection = null;
        var proven = false;
        try
        {
            connection = await OpenAsync(ct);
            if (!await ControlAsync(connection, "", ct))
            {
                return [.. _attempts];
            }

            var shown = await ListAsync(connection, ct);
            foreach (var attempt in Attempts(suspects, shown))
            {
                if (_failures >= MaxFailures)
                {
                    Note("try the rest", null, Refused, "not observed: the brokers did not answer twice", AttemptResult.NotObserved);
                    break;
                }

                connection = await TryAsync(connection, attempt, ct);
            }

            // rights that were taken away meanwhile would make everything look refused
            proven = await ControlAsync(connection, ", afterwards", ct);
        }
        catch (Exception failure) when (IsFailure(failure, ct))
        {
            Note("sign in and try", null, Refused, $"not observed: {Words(failure)}", AttemptResult.NotObserved);
        }
        finally
        {
            connection?.Dispose();
        }

        return proven ? [.. _attempts] : [.. _attempts.Select(Unproven)];
    }

    /// <summary>A refusal after which the principal was not seen to have its own rights.</summary>
    internal static IsolationAttempt Unproven(IsolationAttempt attempt) => attempt is { Result: AttemptResult.Held, IsControl: false }
        ? attempt with { Result = AttemptResult.NotObserved, Seen = $"not observed: {attempt.Seen}, but its own rights were gone or not seen afterwards" }
        : attempt;

    private async Task<BrokerConnection> OpenAsync(CancellationToken ct)
    {
        using var limited = Limited(ct);
        IOException? last = null;
        foreach (var broker in BrokerEndpoint.ParseAll(options.BootstrapServers))
        {
            try
            {
                return await BrokerClient.OpenAsync(broker, options.For(principal), limited.Token);
            }
            catch (IOException failure) when (failure is not KafkaSignInRefusedException)
            {
                last = failure;
            }
        }

        throw last ?? new IOException("no broker is configured");
    }

    /// <summary>The same principal does what it must be able to: without it refusals would prove nothing.</summary>
    private async Task<bool> ControlAsync(BrokerConnection connection, string when, CancellationToken ct)
    {
        var own = ground.TopicsOf(tenant.Slug).FirstOrDefault(name => TopicNames.Parse(name)?.Kind is TopicKind.Delivery)
            ?? $"{TopicNames.Prefix(tenant.Slug, TopicKind.Delivery)}{Nobody}";
        foreach (var control in new[] { BrokerAttempt.Describe(own), BrokerAttempt.Fetch(own) })
        {
            if (!ground.Rights.Judge(new AccessQuestion($"User:{judgeAs}", control.Operation, control.Type, control.Name)).IsAllowed)
            {
                Note($"{control.What} of its own{when}", own, "allowed", "not observed: it has no right to its own topics, so what is refused to it proves nothing", AttemptResult.NotObserved, control: true);
                return false;
            }

            var code = await SendAsync(connection, control, ct);
            var works = !BrokerAttempt.IsRefusal(code) && !BrokerAttempt.IsSilent(code);
            Note($"{control.What} of its own{when}", own, "allowed", works ? "allowed" : $"not observed: {(ErrorCode)code}, so what is refused to it proves nothing",
                works ? AttemptResult.Held : AttemptResult.NotObserved, control: true);
            if (!works)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Lists topics and groups; those that it must not see are tried next.</summary>
    private async Task<List<string>> ListAsync(BrokerConnection connection, CancellationToken ct)
    {
        using var limited = Limited(ct);
        var topics = (await connection.SendAsync<MetadataResponse>(new MetadataRequest { Topics = null, AllowAutoTopicCreation = false }, 4, limited.Token)).Topics;
        var groups = (await connection.SendAsync<ListGroupsResponse>(new ListGroupsRequest(), 0, limited.Token)).Groups;
        return [.. Listed("topics", topics.Select(topic => topic.Name ?? ""), AclResourceType.Topic), .. Listed("groups", groups.Select(group => group.GroupId), AclResourceType.Group)];
    }

    private List<string> Listed(string what, IEnumerable<string> names, AclResourceType type)
    {
        var told = names.ToList();
        var foreign = told.Where(name => ground.OtherOwner(tenant, name) is not null || AttackGround.IsPlatforms(tenant, name)).ToList();
        if (foreign.Count == 0)
        {
            Note($"list {what}", null, "none but its own", $"{told.Count} {what}, none of other tenants or the platform", AttemptResult.Held);
        }

        foreach (var name in foreign.Take(MaxTargets))
        {
            Note($"list {what}", name, "none but its own", $"{foreign.Count} that are not its own", AttemptResult.Broken,
                ground.OtherOwner(tenant, name), Rules(AclOperation.Describe, type, name));
        }

        return type is AclResourceType.Topic ? foreign : [];
    }

    private IEnumerable<BrokerAttempt> Attempts(IReadOnlyCollection<string> suspects, List<string> shown)
    {
        var others = ground.OthersOf(tenant, time.GetUtcNow());
        if (others.IsEmpty)
        {
            Note("reach another tenant's things", null, Refused, "not observed: there is no other tenant", AttemptResult.NotObserved);
        }

        var again = ground.Again.Where(attempt => attempt.Way is IsolationWay.Broker && attempt.As == judgeAs && attempt.Target is not null).ToLookup(
            attempt => attempt.What.Contains(" a topic ", StringComparison.Ordinal) && !attempt.Target!.EndsWith(Nobody, StringComparison.Ordinal) ? AclResourceType.Topic
                : attempt.What.Contains(" a group ", StringComparison.Ordinal) ? AclResourceType.Group : AclResourceType.Cluster, attempt => attempt.Target!);
        var topics = again[AclResourceType.Topic].Concat(suspects.Concat(shown).Take(MaxTargets)).Concat(others.SelectMany(Topics)).Concat(ground.PlatformsTopics.Where(name => AttackGround.IsPlatforms(tenant, name)).Take(2))
            .Distinct(StringComparer.Ordinal);
        var groups = others.SelectMany(other => ground.GroupsOf(other.Slug).Take(1).Append($"{other.Slug}.{Nobody}")).Concat(again[AclResourceType.Group]).Distinct(StringComparer.Ordinal);
        var services = others.Append(tenant).Select(one => one.ServiceId).Where(service => !AttackGround.IsOwnService(tenant, service)).Distinct(StringComparer.Ordinal);
        return
        [
            .. topics.SelectMany(BrokerAttempt.OnTopic),
            .. others.SelectMany(other => BrokerAttempt.OnNewTopic($"{TopicNames.Prefix(other.Slug, TopicKind.Delivery)}{Nobody}")),
            .. BrokerAttempt.OnNewTopic(Nobody),
            .. groups.SelectMany(BrokerAttempt.OnGroup),
            .. services.Select(BrokerAttempt.OnTransactionalId),
            .. BrokerAttempt.OnCluster(),
        ];
    }

    private IEnumerable<string> Topics(CheckedTenant other)
    {
        var own = ground.TopicsOf(other.Slug).GroupBy(name => TopicNames.Parse(name)?.Kind).Select(kind => kind.First()).Take(2).ToList();
        return own.Count > 0 ? own : [$"{TopicNames.Prefix(other.Slug, TopicKind.Delivery)}{Nobody}"];
    }

    private async Task<BrokerConnection> TryAsync(BrokerConnection connection, BrokerAttempt attempt, CancellationToken ct)
    {
        try
        {
            var code = await SendAsync(connection, attempt, ct);
            var other = ground.OtherOwner(tenant, attempt.Name);
            var whose = other is not null ? "of another tenant" : "of the platform";
            var what = attempt.Type is AclResourceType.Cluster ? attempt.What : $"{attempt.What} {whose}";
            if (BrokerAttempt.IsRefusal(code))
            {
                Note(what, attempt.Target, Refused, $"refused ({(ErrorCode)code})", AttemptResult.Held);
            }
            else if (BrokerAttempt.IsSilent(code))
            {
                Note(what, attempt.Target, Refused, $"not observed: {(ErrorCode)code}", AttemptResult.NotObserved);
            }
            else
            {
                Note(what, attempt.Target, Refused, code == 0 ? "allowed" : $"allowed, then {(ErrorCode)code}", AttemptResult.Broken, other,
                    Rules(attempt.Operation, attempt.Type, attempt.Name));
            }

            return connection;
        }
        catch (Exception failure) when (IsFailure(failure, ct))
        {
            Note(attempt.What, attempt.Target, Refused, $"not observed: {Words(failure)}", AttemptResult.NotObserved);
            _failures++;
            connection.Dispose();
            return await OpenAsync(ct);
        }
    }

    private static async Task<short> SendAsync(BrokerConnection connection, BrokerAttempt attempt, CancellationToken ct)
    {
        using var limited = Limited(ct);
        return await attempt.SendAsync(connection, limited.Token);
    }

    private static CancellationTokenSource Limited(CancellationToken ct)
    {
        var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limited.CancelAfter(Patience);
        return limited;
    }

    private ImmutableArray<string> Rules(AclOperation operation, AclResourceType type, string name) =>
        [.. ground.Rights.Judge(new AccessQuestion($"User:{judgeAs}", operation, type, name)).Rules.Select(rule => rule.ToString())];

    private static bool IsFailure(Exception failure, CancellationToken ct) =>
        failure is IOException or InvalidDataException or ProtocolException or UnsupportedRequestException || (failure is OperationCanceledException && !ct.IsCancellationRequested);

    private static string Words(Exception failure) => failure is OperationCanceledException ? $"no answer within {Patience.TotalSeconds:0} s" : failure.Message;

    private void Note(
        string what, string? target, string wanted, string seen, AttemptResult result, string? reached = null, ImmutableArray<string> rules = default, bool control = false) =>
        _attempts.Add(new IsolationAttempt(IsolationWay.Broker, judgeAs, what, target, wanted, seen, result, time.GetUtcNow())
        {
            IsControl = control,
            Reached = reached,
            Rules = rules.IsDefault ? [] : rules,
        });
}
