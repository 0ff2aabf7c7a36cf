using Confluent.Kafka.Admin;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Recovery;
using Pioneer.Tests.Jobs;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>Brokers that come back without users and rights, on the embedded platform. That Apache Kafka does so by itself: ApacheKafkaStoryTests.</summary>
[Collection(WholePlatformCollection.Name)]
public sealed class LostRightsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-rights-").FullName;
    private EmbeddedStack _stack = null!;
    private JobsHost _host = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private KafkaAdmin Admin => _host.Get<KafkaAdmin>();

    public async ValueTask InitializeAsync()
    {
        _stack = await EmbeddedStack.StartAsync(external: null);
        _host = await _stack.StartJobsAsync(_folder, services => services.AddRecovery());
        foreach (var slug in new[] { "acme", "globex" })
        {
            var created = await _host.DoAsync<CreateTenant, TenantCreated>(command =>
                command.ExecuteAsync(Actor.System, new CreateTenantRequest(slug, slug, IsolationLevel.Dedicated), Ct));
            await _host.SucceedAsync(created.Operation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _stack.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Users_and_rights_that_the_brokers_lost_are_put_back_as_they_were()
    {
        var rights = (await RulesAsync()).Order(StringComparer.Ordinal).ToList();
        var ksql = new KafkaPrincipal("acme.ksql", await PasswordAsync(SecretNames.KsqlPrincipal(TenantSlug.Parse("acme"))));
        foreach (var user in new[] { "acme.ksql", "acme.portal", "globex.portal" })
        {
            await Admin.DeleteScramUserAsync(user, Ct);
        }

        var lost = (await Admin.DescribeAclsAsync(Ct)).Where(rule => rule.Entry.Principal is "User:acme.ksql" or "User:globex.portal").ToList();
        await Admin.DeleteAclsAsync(lost, Ct);

        var outcome = await PutBackAsync();

        Assert.Equal((true, $"Put back 3 users and {lost.Count} rights."), (outcome.Succeeded, outcome.Detail));
        Assert.Equal(rights, (await RulesAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(["acme.ksql", "acme.portal", "globex.ksql", "globex.portal"], await UsersAsync());
        await Wait.UntilAsync(() => _host.Get<KafkaSignIn>().IsAcceptedAsync(ksql, Ct));
    }

    [Fact]
    public async Task Nothing_is_taken_and_nothing_made_where_nothing_was_lost()
    {
        var rights = await RulesAsync();
        var foreign = new AclBinding
        {
            Pattern = new() { Type = ResourceType.Topic, Name = "acme.t.payments", ResourcePatternType = ResourcePatternType.Literal },
            Entry = new() { Principal = "User:auditor", Host = "*", Operation = Confluent.Kafka.Admin.AclOperation.Read, PermissionType = AclPermissionType.Allow },
        };
        await Admin.CreateAclsAsync([foreign], Ct);

        var outcome = await PutBackAsync();

        Assert.Equal((true, "The brokers know every user and every right that they should."), (outcome.Succeeded, outcome.Detail));
        Assert.Equal(rights.Count + 1, (await RulesAsync()).Count);
    }

    [Fact]
    public async Task Credential_whose_password_is_not_kept_is_named_to_the_platforms_people_only()
    {
        var issued = await _host.DoAsync<ManageCredentials, IssuedCredential>(credentials => credentials.IssueAsync(Actor.System, "acme", "app", null, Ct));
        await _host.SucceedAsync(issued.Operation);
        await Admin.DeleteScramUserAsync("acme.app", Ct);

        var outcome = await PutBackAsync();

        Assert.True(outcome.Succeeded, outcome.Detail);
        Assert.Contains("1 credential cannot be put back, as their passwords are not kept; they must be rotated: acme.app.", outcome.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("acme", outcome.Shared, StringComparison.Ordinal);
    }

    private Task<StepOutcome> PutBackAsync()
    {
        var step = Assert.Single(_host.Get<PlaybookCatalogue>().Find("S01")!.Steps, step => step.Name == "Put back users and rights that the brokers lost");
        var run = new PlaybookRun
        {
            Id = new PlaybookRunId(Guid.NewGuid()), Scenario = "S01", Subject = "kafka", RequestedBy = "test", RequestedAt = TimeProvider.System.GetUtcNow(),
        };
        return step.Act(new PlaybookContext(run, Before: null, []), Ct);
    }

    private async Task<List<string>> RulesAsync() => [.. (await Admin.DescribeAclsAsync(Ct)).Select(rule =>
        $"{rule.Pattern.Type} {rule.Pattern.Name} {rule.Pattern.ResourcePatternType} {rule.Entry.Principal} {rule.Entry.Operation} {rule.Entry.PermissionType}")];

    private async Task<List<string>> UsersAsync() =>
        [.. (await Admin.DescribeScramUsersAsync(Ct)).Select(user => user.Name).Where(name => name.Contains('.', StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private async Task<string> PasswordAsync(string secret)
    {
        await using var scope = _host.OpenScope();
        return await scope.ServiceProvider.GetRequiredService<Pioneer.Jobs.Provisioning.PlatformSecrets>().OpenAsync(secret, Ct);
    }
}
