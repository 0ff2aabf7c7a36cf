using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;
using Pioneer.Tests.Jobs;
using Xunit;
using IsolationLevel = Pioneer.Domain.Tenants.IsolationLevel;

namespace Pioneer.Tests.Isolation;

/// <summary>The check of isolation over the real protocols: green where tenants are kept apart, and it finds the hole that a test opens. Whichever broker is behind it.</summary>
public abstract class IsolationCheckContract(KafkaOptions? external) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-isolation-").FullName;
    private readonly TenantSlug _acme = TenantSlug.Parse($"acme{Random.Shared.Next(100_000, 999_999)}");
    private readonly TenantSlug _globex = TenantSlug.Parse($"globex{Random.Shared.Next(100_000, 999_999)}");
    private EmbeddedStack _stack = null!;
    private JobsHost _host = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Secrets => TopicNames.Delivery(_globex, "secrets");

    public async ValueTask InitializeAsync()
    {
        _stack = await EmbeddedStack.StartAsync(external);
        _host = await _stack.StartJobsAsync(_folder, _ => { }, ("Isolation:CheckCron", ""));
        foreach (var slug in new[] { _acme, _globex })
        {
            var made = await _host.DoAsync<CreateTenant, TenantCreated>(
                create => create.ExecuteAsync(Actor.System, new CreateTenantRequest(slug.Value, slug.Value, IsolationLevel.Dedicated), Ct));
            await _host.SucceedAsync(made.Operation);
        }

        await _host.Get<KafkaAdmin>().MakeAsync([TestTopics.Plain(Secrets)], Ct);
        var credential = await _host.DoAsync<ManageCredentials, IssuedCredential>(manage => manage.IssueAsync(Actor.System, _acme.Value, "reporting", null, Ct));
        await _host.SucceedAsync(credential.Operation);
    }

    public async ValueTask DisposeAsync()
    {
        var admin = _host.Get<KafkaAdmin>();
        await admin.DeleteAclsAsync([.. (await admin.DescribeAclsAsync(Ct)).Where(rule => rule.Pattern.Name.StartsWith(_globex.Value, StringComparison.Ordinal))], Ct);
        await admin.DeleteTopicsAsync([Secrets], Ct);
        await _host.DisposeAsync();
        await _stack.DisposeAsync();
        TestFolder.Delete(_folder);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Check_is_green_where_tenants_are_kept_apart_and_finds_the_hole_that_is_opened()
    {
        await NothingIsReachedAsync();
        await HoleOfACredentialIsFoundAsync();
        await HoleOfAPrincipalThatIsSignedInIsFoundAsync();
    }

    private async Task NothingIsReachedAsync()
    {
        // two at once: one of them is tried again later, and both end
        var everybody = await _host.DoAsync<IsolationChecks, OperationId>(checks => checks.StartAllAsync(Actor.System, Ct));
        var attempts = await CheckAsync(OperationState.Succeeded);
        var all = await _host.FinishedAsync(everybody);
        Assert.True(all.State is OperationState.Succeeded, all.Error);

        Assert.DoesNotContain(attempts, attempt => attempt.Result is AttemptResult.Broken);

        // no portal in this process: said, and not passed
        var unseen = attempts.Where(attempt => attempt.Result is AttemptResult.NotObserved).Select(attempt => $"{attempt.Way} {attempt.As} {attempt.What} {attempt.Target}: {attempt.Seen}").ToList();
        Assert.True(unseen is [var only] && only.StartsWith("Api", StringComparison.Ordinal), string.Join('\n', unseen));
        foreach (var principal in new[] { $"{_acme}.portal", $"{_acme}.ksql" })
        {
            var own = attempts.Where(attempt => attempt.Way is IsolationWay.Broker && attempt.As == principal).ToList();
            Assert.Equal(4, own.Count(attempt => attempt.IsControl));
            foreach (var what in new[] { "describe a topic", "read records", "write to", "read the offsets", "change the settings", "make a topic", "delete a topic", "join a group",
                "read the positions", "transactional id", "read the rules", "list topics", "list groups" })
            {
                Assert.Contains(own, attempt => attempt.What.Contains(what, StringComparison.Ordinal));
            }

            Assert.Contains(own, attempt => attempt.Target == Secrets && attempt.What.StartsWith("read records", StringComparison.Ordinal));
        }

        Assert.Contains(attempts, attempt => attempt.Way is IsolationWay.Rules && attempt.As == $"{_acme}.reporting");
        Assert.Contains(attempts, attempt => attempt is { Way: IsolationWay.Ksql, As: "nobody" });
        Assert.Contains(attempts, attempt => attempt is { Way: IsolationWay.Connect, As: "nobody" });
        Assert.Contains(attempts, attempt => attempt.Way is IsolationWay.Search && attempt.Target == _globex.Value);
        Assert.False(await _host.InScopeAsync<PioneerDbContext, bool>(db => db.Incidents.AnyAsync(row => row.Scenario == "ISOLATION")));
    }

    private async Task HoleOfACredentialIsFoundAsync()
    {
        var hole = new AclRule($"User:{_acme}.reporting", AclOperation.Read, AclResourceType.Topic, Secrets, AclPattern.Literal);
        await OpenAsync(hole);

        var attempts = await CheckAsync(OperationState.Failed);

        // by the rules, and by a stand-in with the same rights that really read
        Assert.Contains(attempts, attempt => attempt is { Way: IsolationWay.Rules, Result: AttemptResult.Broken } && attempt.Target == Secrets && attempt.Rules.Contains(hole.ToString()));
        Assert.Contains(attempts, attempt => attempt is { Way: IsolationWay.Broker, Result: AttemptResult.Broken } && attempt.As == $"{_acme}.reporting"
            && attempt.What.StartsWith("read records", StringComparison.Ordinal) && attempt.Reached == _globex.Value && attempt.Rules.Contains(hole.ToString()));
        Assert.Contains(attempts, attempt => attempt.As == $"{_acme}.reporting" && attempt.What.StartsWith("write to", StringComparison.Ordinal) && attempt.Result is AttemptResult.Held);
        var incident = await _host.InScopeAsync<PioneerDbContext, Incident>(db => db.Incidents.Include(row => row.Tenants).SingleAsync(row => row.Scenario == "ISOLATION"));
        Assert.Equal((_globex.Value, IncidentState.Open), (incident.Subject, incident.State));
        Assert.Contains(hole.ToString(), incident.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(_acme.Value, incident.Title + Assert.Single(incident.Tenants).Explanation, StringComparison.Ordinal);

        // nothing of the stand-in is left
        var admin = _host.Get<KafkaAdmin>();
        await Wait.UntilAsync(async () => !(await admin.DescribeScramUsersAsync(Ct)).Select(user => user.Name)
            .Concat((await admin.DescribeAclsAsync(Ct)).Select(rule => rule.Entry.Principal["User:".Length..])).Any(Principals.IsAttacker));
        await CloseAsync(hole);
    }

    private async Task HoleOfAPrincipalThatIsSignedInIsFoundAsync()
    {
        // what a killed check left is taken away by the next one
        var admin = _host.Get<KafkaAdmin>();
        var left = new KafkaPrincipal(Principals.Attacker(new OperationId(Guid.NewGuid()), 1), "left behind by a kill");
        await admin.UpsertScramUserAsync(left, Ct);
        var hole = new AclRule($"User:{_acme}.portal", AclOperation.Write, AclResourceType.Topic, $"{_globex}.d.", AclPattern.Prefixed);
        await OpenAsync(hole);

        var attempts = await CheckAsync(OperationState.Failed);

        Assert.Contains(attempts, attempt => attempt is { Way: IsolationWay.Broker, Result: AttemptResult.Broken } && attempt.As == $"{_acme}.portal"
            && attempt.What.StartsWith("write to", StringComparison.Ordinal) && attempt.Rules.Contains(hole.ToString()));
        Assert.Contains(attempts, attempt => attempt is { What: "list topics", Result: AttemptResult.Broken } && attempt.Target == Secrets);
        Assert.Equal(1, await _host.InScopeAsync<PioneerDbContext, int>(db => db.Incidents.CountAsync(row => row.Scenario == "ISOLATION")));
        await Wait.UntilAsync(async () => (await admin.DescribeScramUsersAsync(Ct)).All(user => user.Name != left.Username));

        // nothing was written by trying
        Assert.Equal(0, (await admin.OffsetsAsync(Secrets, Ct)).Sum(partition => partition.Value.End));
        await CloseAsync(hole);
        await CheckAsync(OperationState.Succeeded);
        Assert.Equal(IncidentState.Closed, await _host.InScopeAsync<PioneerDbContext, IncidentState>(
            db => db.Incidents.Where(row => row.Scenario == "ISOLATION").Select(row => row.State).SingleAsync()));
    }

    private async Task OpenAsync(AclRule hole)
    {
        var admin = _host.Get<KafkaAdmin>();
        await admin.CreateAclsAsync([AclMapping.ToBinding(hole)], Ct);
        await UntilRuleAsync(hole, stands: true);
    }

    private async Task CloseAsync(AclRule hole)
    {
        await _host.Get<KafkaAdmin>().DeleteAclsAsync([AclMapping.ToBinding(hole)], Ct);
        await UntilRuleAsync(hole, stands: false);
    }

    /// <summary>Rules travel to each broker at its own pace; several looks go to several of them.</summary>
    private async Task UntilRuleAsync(AclRule hole, bool stands)
    {
        var inARow = 0;
        await Wait.UntilAsync(async () =>
        {
            var seen = (await _host.Get<KafkaAdmin>().DescribeAclsAsync(Ct)).Select(AclMapping.FromBinding).Contains(hole);
            inARow = seen == stands ? inARow + 1 : 0;
            return inARow >= 20;
        });
    }

    private async Task<IReadOnlyList<IsolationAttempt>> CheckAsync(OperationState expected)
    {
        var check = await _host.DoAsync<IsolationChecks, OperationId>(checks => checks.StartAsync(Actor.System, _acme.Value, Ct));
        var done = await _host.FinishedAsync(check);
        var evidence = await _host.DoAsync<IsolationChecks, IsolationEvidence>(checks => checks.GetAsync(Actor.System, _acme.Value, null, Ct));
        var told = string.Join('\n', evidence.Attempts.Where(attempt => attempt.Result is not AttemptResult.Held));
        Assert.True(done.State == expected, $"{done.State}: {done.Error}\n{told}");
        return evidence.Attempts;
    }
}

/// <summary>On the embedded platform.</summary>
public sealed class EmbeddedIsolationCheckTests() : IsolationCheckContract(external: null);

/// <summary>On three secured nodes of Apache Kafka.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class ApacheKafkaIsolationCheckTests : IsolationCheckContract
{
    public ApacheKafkaIsolationCheckTests(SharedKafka kafka)
        : base(kafka.Options) => Assert.SkipWhen(kafka.Missing is not null, kafka.Missing ?? "");
}
