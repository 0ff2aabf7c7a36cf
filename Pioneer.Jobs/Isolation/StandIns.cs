using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Jobs.Isolation;

/// <summary>
/// Short-lived users with a copy of the rules of a credential whose password nobody keeps. Their own passwords are made here and kept by nobody; a later
/// check takes away what a killed one left.
/// </summary>
public sealed class StandIns(KafkaAdmin admin, KafkaSignIn signIn)
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

    /// <summary>Takes away the users of all checks, with their rules: rules first, so that a user that is left shows what is left.</summary>
    /// <exception cref="IOException">The brokers did not do it.</exception>
    public async Task RemoveAllAsync(CancellationToken ct)
    {
        ImmutableArray<string> named = [.. (await admin.DescribeAclsAsync(ct)).Select(rule => rule.Entry.Principal).Where(name => name.StartsWith("User:", StringComparison.Ordinal)).Select(name => name["User:".Length..])];
        foreach (var user in (await admin.DescribeScramUsersAsync(ct)).Select(user => user.Name).Concat(named).Where(Principals.IsAttacker).Distinct())
        {
            await admin.DeleteAclsOfAsync(user, ct);
            await admin.DeleteScramUserAsync(user, ct);
        }
    }
}
