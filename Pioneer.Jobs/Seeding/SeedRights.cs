using System.Globalization;
using System.Security.Cryptography;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Jobs.Seeding;

/// <summary>
/// Gives a seed run a user of its own with the run's rights, and takes both back. Each take-up has another user: one that lost the run to a later
/// process is refused by the brokers, whatever it still believes. Passwords are made here and kept by nobody.
/// </summary>
public sealed class SeedRights(KafkaAdmin admin, KafkaClients clients, KafkaSignIn signIn)
{
    private const int SecretCharacters = 48;

    /// <summary>Takes the rights of earlier take-ups back and returns this one's user once every broker knows it; null where nobody signs in.</summary>
    /// <exception cref="KafkaUnavailableException">No broker answered.</exception>
    public async Task<KafkaPrincipal?> GrantAsync(SeedTarget target, int fence, CancellationToken ct)
    {
        if (!clients.Options.UsesSasl)
        {
            return null;
        }

        await TakeBackAsync(target.Run, fence - 1, ct);
        var principal = new KafkaPrincipal(Principals.Seeder(target.Run, fence), RandomNumberGenerator.GetHexString(SecretCharacters, lowercase: true));
        await admin.UpsertScramUserAsync(principal, ct);
        var rules = AclSets.Seeder(target.Tenant, principal.Username, target.SourceTopic, target.Subscription, target.Run);
        await admin.CreateAclsAsync([.. rules.Select(AclMapping.ToBinding)], ct);
        await signIn.WaitUntilReadyAsync(principal, target.DeliveryTopic, ct);
        return principal;
    }

    /// <summary>Removes rules and users of the run's take-ups up to the fence. A user goes after its rules, so that one that is left shows what is left.</summary>
    /// <exception cref="KafkaUnavailableException">No broker answered.</exception>
    public async Task TakeBackAsync(SeedRunId run, int fence, CancellationToken ct)
    {
        if (fence < 1 || !clients.Options.UsesSasl)
        {
            return;
        }

        var prefix = Principals.SeederPrefix(run);
        foreach (var user in (await admin.DescribeScramUsersAsync(ct)).Select(user => user.Name).Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            if (int.TryParse(user.AsSpan(prefix.Length), CultureInfo.InvariantCulture, out var taken) && taken <= fence)
            {
                await admin.DeleteAclsOfAsync(user, ct);
                await admin.DeleteScramUserAsync(user, ct);
            }
        }
    }
}
