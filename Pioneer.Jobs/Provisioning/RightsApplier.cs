using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Gives and takes rights and credentials. Rules go to the brokers in one request, however many.</summary>
public sealed class RightsApplier(KafkaAdmin kafka, KafkaSignIn signIn, PlatformSecrets secrets)
{
    public async Task<IReadOnlyList<Result>> GrantAsync(IReadOnlyList<AclRule> rules, CancellationToken ct)
    {
        await kafka.CreateAclsAsync([.. rules.Select(AclMapping.ToBinding)], ct);
        return [.. rules.Select(_ => Result.Success)];
    }

    public async Task<IReadOnlyList<Result>> RevokeAsync(IReadOnlyList<AclRule> rules, CancellationToken ct)
    {
        await kafka.DeleteAclsAsync([.. rules.Select(AclMapping.ToBinding)], ct);
        return [.. rules.Select(_ => Result.Success)];
    }

    public async Task<Result> CreateUserAsync(ScramUserSpec user, CancellationToken ct)
    {
        if (user.SecretName is null)
        {
            return new Error("PasswordNotKept", $"The credential '{user.User}' is gone from the brokers, and its password was never kept.",
                "Revoke the credential and issue a new one.");
        }

        await kafka.UpsertScramUserAsync(new KafkaPrincipal(user.User, await secrets.OpenAsync(user.SecretName, ct)), ct, user.Iterations);
        return Result.Success;
    }

    public async Task<Result> DeleteUserAsync(ScramUserSpec user, CancellationToken ct)
    {
        await kafka.DeleteScramUserAsync(user.User, ct);
        return Result.Success;
    }

    /// <summary>Waits until every broker accepts the user and grants it what its role may read: only then does it count as created.</summary>
    public async Task<Result> VerifyUserAsync(ScramUserSpec user, CancellationToken ct)
    {
        if (user.SecretName is null)
        {
            return Result.Success;
        }

        var password = await secrets.OpenAsync(user.SecretName, ct);
        await signIn.WaitUntilReadyAsync(new KafkaPrincipal(user.User, password), ReadableTopic(user.User), ct);
        return Result.Success;
    }

    /// <summary>Any name under the prefix that the principal's role may read; whether such a topic exists makes no difference.</summary>
    private static string? ReadableTopic(string principal)
    {
        var slug = TenantSlug.Create(principal.Split('.')[0]);
        if (slug.IsFailure)
        {
            return null;
        }

        var kind = principal == Principals.Ksql(slug.Value) ? TopicKind.Feed : TopicKind.Delivery;
        return TopicNames.Prefix(slug.Value, kind) + "readiness";
    }
}
