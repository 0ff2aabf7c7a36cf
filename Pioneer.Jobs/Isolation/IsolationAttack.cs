using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Jobs.Isolation;

/// <summary>
/// Checks one tenant: signs in as its own principals, whose passwords are sealed here, and as a stand-in for each credential that has rules beyond
/// theirs, and tries the brokers, ksqlDB, Connect, the API, event streams and the search. What could not be tried is 'not observed'.
/// </summary>
public sealed partial class IsolationAttack(
    KafkaClients clients, PlatformSecrets secrets, StandIns standIns, ServiceAttack services, PortalAttack portal, SearchAttack search,
    IDbContextFactory<PioneerDbContext> database, TimeProvider time, ILogger<IsolationAttack> logger)
{
    private const string Refused = "refused";
    private const int MaxStandIns = 5;

    // a check that is cancelled or stopped takes its users away all the same
    private static readonly TimeSpan Removal = TimeSpan.FromSeconds(30);

    internal async Task<IsolationRecord> RunAsync(AttackGround ground, CheckedTenant tenant, OperationId check, CancellationToken ct)
    {
        var started = time.GetUtcNow();
        ground = ground with { Again = await AgainAsync(tenant, ct) };
        var attempts = new List<IsolationAttempt>();
        attempts.AddRange(await BrokersAsync(ground, tenant, check, ct));
        attempts.AddRange(await services.RunAsync(ground, tenant, ct));
        var subscriptions = await SubscriptionsAsync(ground.OthersOf(tenant, started), ct);
        attempts.AddRange(await portal.RunAsync(ground, tenant, other => subscriptions.GetValueOrDefault(other.Id), ct));
        attempts.AddRange(await search.RunAsync(ground, tenant, ct));
        return Record(tenant, started, check, attempts);
    }

    /// <summary>The record of a check that ended by an error of its own: nothing is shown by it.</summary>
    internal IsolationRecord Failed(CheckedTenant tenant, DateTimeOffset started, OperationId check) =>
        Record(tenant, started, check, [Unseen(tenant, $"the check ended by an unexpected error; look for operation {check} in the log")]);

    private IsolationRecord Record(CheckedTenant tenant, DateTimeOffset started, OperationId check, List<IsolationAttempt> attempts)
    {
        int Count(AttemptResult result) => attempts.Count(attempt => attempt.Result == result);
        var (held, broken, unseen) = (Count(AttemptResult.Held), Count(AttemptResult.Broken), Count(AttemptResult.NotObserved));
        return new IsolationRecord
        {
            TenantId = tenant.Id,
            StartedAt = started,
            FinishedAt = time.GetUtcNow(),
            Outcome = (held, broken, unseen) switch
            {
                (_, > 0, _) => IsolationOutcome.Broken,
                (0, _, _) => IsolationOutcome.NotObserved,
                (_, _, > 0) => IsolationOutcome.HeldInPart,
                _ => IsolationOutcome.Held,
            },
            Held = held,
            Broken = broken,
            NotObserved = unseen,
            OperationId = check,
            Attempts = JsonSerializer.Serialize(attempts, IsolationChecks.Json),
        };
    }

    private async Task<IEnumerable<IsolationAttempt>> BrokersAsync(AttackGround ground, CheckedTenant tenant, OperationId check, CancellationToken ct)
    {
        if (!clients.Options.UsesSasl)
        {
            return [Unseen(tenant, "the brokers ask nobody who they are, so they keep nobody apart")];
        }

        if (ground.Unseen is { } reason)
        {
            return [Unseen(tenant, reason)];
        }

        var scan = new RuleScan(ground, tenant, time);
        var reached = scan.Reached();
        var attempts = scan.Attempts(reached).ToList();
        var own = Principals.Portal(tenant.Slug);
        attempts.AddRange(await AsOwnAsync(ground, tenant, own, SecretNames.PortalPrincipal(tenant.Slug), reached, ct));
        if (tenant.Level is IsolationLevel.Dedicated)
        {
            attempts.AddRange(await AsOwnAsync(ground, tenant, Principals.Ksql(tenant.Slug), SecretNames.KsqlPrincipal(tenant.Slug), reached, ct));
        }

        // with no more rights than a principal that was tried, a credential is refused what that one is refused
        var again = ground.Again.Where(attempt => attempt.Way is IsolationWay.Broker).Select(attempt => attempt.As).ToHashSet(StringComparer.Ordinal);
        var others = scan.Principals.Where(principal => principal != own && principal != Principals.Ksql(tenant.Slug) && (again.Contains(principal) || !scan.IsCoveredBy(principal, own)))
            .OrderByDescending(again.Contains).ToList();
        foreach (var (principal, number) in others.Take(MaxStandIns).Select((principal, index) => (principal, index + 1)))
        {
            attempts.AddRange(await AsStandInAsync(ground, tenant, principal, check, number, reached, ct));
        }

        attempts.AddRange(others.Skip(MaxStandIns).Select(principal => Unseen(tenant, $"only {MaxStandIns} credentials with rules of their own are tried at once") with { As = principal }));
        return attempts;
    }

    private async Task<ImmutableArray<IsolationAttempt>> AsOwnAsync(
        AttackGround ground, CheckedTenant tenant, string principal, string secret, ImmutableDictionary<string, ImmutableArray<RuleScan.Reach>> reached, CancellationToken ct)
    {
        try
        {
            var password = await secrets.OpenAsync(secret, ct);
            return await new BrokerAttack(clients.Options, ground, tenant, new KafkaPrincipal(principal, password), principal, time).RunAsync(Suspects(reached, principal), ct);
        }
        catch (SecretMissingException missing)
        {
            return [Unseen(tenant, missing.Message) with { As = principal }];
        }
    }

    private async Task<ImmutableArray<IsolationAttempt>> AsStandInAsync(
        AttackGround ground, CheckedTenant tenant, string principal, OperationId check, int number,
        ImmutableDictionary<string, ImmutableArray<RuleScan.Reach>> reached, CancellationToken ct)
    {
        IsolationAttempt? left;
        ImmutableArray<IsolationAttempt> attempts;
        try
        {
            var suspects = Suspects(reached, principal);
            var rules = ground.RulesOf($"User:{principal}").ToList();
            var readable = $"{TopicNames.Prefix(tenant.Slug, TopicKind.Delivery)}pioneer-isolation-check";
            var mayDescribe = ground.Rights.Judge(new AccessQuestion($"User:{principal}", AclOperation.Describe, AclResourceType.Topic, readable)).IsAllowed;
            var standIn = await standIns.MakeAsync(check, number, rules, mayDescribe ? readable : null, ct);
            attempts = await new BrokerAttack(clients.Options, ground, tenant, standIn, principal, time).RunAsync(suspects, ct);
        }
        catch (IOException failure)
        {
            attempts = [Unseen(tenant, failure.Message) with { As = principal }];
        }
        finally
        {
            left = await RemoveAsync(tenant, principal, Principals.Attacker(check, number));
        }

        return left is null ? attempts : attempts.Add(left);
    }

    /// <summary>Takes a stand-in away; what the brokers do not take away now is said, and taken away by the next check.</summary>
    private async Task<IsolationAttempt?> RemoveAsync(CheckedTenant tenant, string principal, string user)
    {
        using var limited = new CancellationTokenSource(Removal, time);
        try
        {
            await standIns.RemoveAsync(user, limited.Token);
            return null;
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            Log.Left(logger, failure, user, principal);
            return Unseen(tenant, $"its stand-in {user} could not be taken away and keeps the same rights until the next check") with { As = principal, What = "take the stand-in away" };
        }
    }

    private async Task<ImmutableArray<IsolationAttempt>> AgainAsync(CheckedTenant tenant, CancellationToken ct)
    {
        await using var db = await database.CreateDbContextAsync(ct);
        return await IsolationIncidents.LastBrokenAsync(db, tenant.Id, null, ct);
    }

    private async Task<Dictionary<TenantId, string>> SubscriptionsAsync(ImmutableArray<CheckedTenant> others, CancellationToken ct)
    {
        var ids = others.Select(other => other.Id).ToList();
        await using var db = await database.CreateDbContextAsync(ct);
        var rows = await db.Subscriptions.AsNoTracking().Where(row => ids.Contains(row.TenantId)).Select(row => new { row.TenantId, row.Name }).ToListAsync(ct);
        return rows.GroupBy(row => row.TenantId).ToDictionary(group => group.Key, group => group.First().Name);
    }

    private static List<string> Suspects(ImmutableDictionary<string, ImmutableArray<RuleScan.Reach>> reached, string principal) =>
        [.. reached.GetValueOrDefault(principal, []).Where(reach => reach.Type is AclResourceType.Topic).Select(reach => reach.Name)];

    private IsolationAttempt Unseen(CheckedTenant tenant, string reason) => new(
        IsolationWay.Broker, Principals.Portal(tenant.Slug), "reach what is not its own", null, Refused, $"not observed: {reason}", AttemptResult.NotObserved, time.GetUtcNow());

    private static partial class Log
    {
        [LoggerMessage(EventId = 6121, Level = LogLevel.Warning,
            Message = "The user {User}, which stood in for {Principal} in a check of isolation, could not be taken away; the next check tries again")]
        public static partial void Left(ILogger logger, Exception failure, string user, string principal);
    }
}
