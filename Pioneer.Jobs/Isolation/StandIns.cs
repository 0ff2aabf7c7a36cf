using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Jobs.Isolation;

/// <summary>
/// Short-lived users with a copy of the rules of a credential whose password nobody keeps. Their own passwords are made here and kept by nobody; a later
/// check takes away what a killed one left.
/// </summary>
public sealed class StandIns(KafkaAdmin admin, KafkaSignIn signIn, IDbContextFactory<PioneerDbContext> database)
{
    /// <summary>Makes the user and waits until every broker lets it in; rules may still be on their way.</summary>
    /// <param name="readableTopic">Something that the copied rules let it describe; null for none.</param>
    /// <exception cref="IOException">The brokers did not do it.</exception>
    public async Task<KafkaPrincipal> MakeAsync(OperationId check, int number, IReadOnlyCollection<AclRule> rules, string? readableTopic, CancellationToken ct)
    {
        var principal = new KafkaPrincipal(Principals.Attacker(check, number), SecretStore.NewPassword());
        await admin.UpsertScramUserAsync(principal, ct);
        var own = $"User:{principal.Username}";
        await admin.CreateAclsAsync([.. rules.Select(rule => AclMapping.ToBinding(rule with { Principal = own }))], ct);
        await signIn.WaitUntilReadyAsync(principal, readableTopic, ct);
        return principal;
    }

    /// <summary>Takes away a user, with its rules: rules first, so that a user that is left shows what is left. One that is gone already is no error.</summary>
    /// <exception cref="IOException">The brokers did not do it.</exception>
    public async Task RemoveAsync(string user, CancellationToken ct)
    {
        await admin.DeleteAclsOfAsync(user, ct);
        await admin.DeleteScramUserAsync(user, ct);
    }

    /// <summary>Takes away what an earlier attempt of this check left, and checks that do not run any more; those of a check that runs elsewhere stay.</summary>
    /// <exception cref="IOException">The brokers did not do it.</exception>
    public async Task RemoveLeftAsync(OperationId check, CancellationToken ct)
    {
        await using var db = await database.CreateDbContextAsync(ct);
        var running = await db.Operations.Where(row => row.Kind == OperationKind.CheckIsolation && row.State == OperationState.Running && row.Id != check).Select(row => row.Id).ToListAsync(ct);
        var kept = running.Select(Principals.AttackerPrefix).ToList();
        ImmutableArray<string> named = [.. (await admin.DescribeAclsAsync(ct)).Select(rule => rule.Entry.Principal).Where(name => name.StartsWith("User:", StringComparison.Ordinal)).Select(name => name["User:".Length..])];
        foreach (var user in (await admin.DescribeScramUsersAsync(ct)).Select(user => user.Name).Concat(named).Where(Principals.IsAttacker).Distinct()
            .Where(user => !kept.Exists(prefix => user.StartsWith(prefix, StringComparison.Ordinal))))
        {
            await RemoveAsync(user, ct);
        }
    }
}
