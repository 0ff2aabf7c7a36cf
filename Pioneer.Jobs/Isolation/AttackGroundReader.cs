using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Jobs.Isolation;

/// <summary>Reads what a check tries to reach: five requests, however many tenants there are.</summary>
public sealed class AttackGroundReader(
    IDbContextFactory<PioneerDbContext> database, KafkaAdmin kafka, KafkaClients clients, KsqlServiceUrls urls, TimeProvider time, ILogger<AttackGroundReader> logger)
{
    internal async Task<AttackGround> ReadAsync(CancellationToken ct)
    {
        await urls.RefreshAsync(ct);
        await using var db = await database.CreateDbContextAsync(ct);
        var rows = await db.Tenants.AsNoTracking().Where(row => row.State != TenantState.Deleted).OrderBy(row => row.Slug).ToListAsync(ct);
        ImmutableArray<CheckedTenant> tenants = [.. rows.Select(row => new CheckedTenant(row.Id, row.Slug, row.Isolation, KsqlNames.ServiceId(row)))];
        try
        {
            using var any = BrokerClient.OfCluster(clients.Options, time, logger);
            var request = new MetadataRequest { Topics = null, AllowAutoTopicCreation = false };
            var topics = (await any.SendAsync<MetadataResponse>("list topics", request, 4, ct)).Topics.Select(topic => topic.Name ?? "");
            var groups = await kafka.ListGroupsAsync("", ct);
            ImmutableArray<AclRule> rules = [.. (await kafka.DescribeAclsAsync(ct)).Select(AclMapping.FromBinding).OfType<AclRule>().Where(rule => !Principals.IsPassing(rule.Principal["User:".Length..]))];
            var users = (await kafka.DescribeScramUsersAsync(ct)).Select(user => user.Name);
            return new AttackGround(
                tenants, [.. topics], [.. groups], [.. users.Concat(rules.Select(rule => rule.Principal["User:".Length..])).Distinct()], rules,
                new EffectiveRights(rules, RightsQuery.Settings(clients.Options)), Unseen: null);
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            return new AttackGround(tenants, [], [], [], [], new EffectiveRights([], RightsQuery.Settings(clients.Options)), failure.Message);
        }
    }
}
