using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Pioneer.Jobs.Kafka;

public sealed partial class KafkaAdmin
{
    /// <summary>Bindings in one request, well under Kafka's 10,000 records for one administrative operation.</summary>
    private const int AclChunk = 2000;

    /// <summary>Transactional ids have number 5 in the protocol; Confluent.Kafka's enum stops at 4 but passes the number through.</summary>
    public const ResourceType TransactionalId = (ResourceType)5;

    public async Task<IReadOnlyList<AclBinding>> DescribeAclsAsync(CancellationToken ct)
    {
        var everything = new AclBindingFilter
        {
            PatternFilter = new ResourcePatternFilter { Type = ResourceType.Any, ResourcePatternType = ResourcePatternType.Any },
            EntryFilter = new AccessControlEntryFilter { Operation = AclOperation.Any, PermissionType = AclPermissionType.Any },
        };
        var answer = await CallAsync("describe ACLs",
            client => client.DescribeAclsAsync(everything, new DescribeAclsOptions { RequestTimeout = Timeout }), ct);
        return answer.AclBindings;
    }

    /// <summary>Adds rules; one that exists already is left as it is.</summary>
    public async Task CreateAclsAsync(IReadOnlyCollection<AclBinding> bindings, CancellationToken ct)
    {
        foreach (var chunk in bindings.Chunk(AclChunk))
        {
            await CallAsync($"create {chunk.Length} ACLs",
                client => client.CreateAclsAsync(chunk, new CreateAclsOptions { RequestTimeout = Timeout }), ct);
        }
    }

    /// <summary>Removes exactly the given rules; one that is gone already is no error.</summary>
    public async Task DeleteAclsAsync(IReadOnlyCollection<AclBinding> bindings, CancellationToken ct)
    {
        foreach (var chunk in bindings.Chunk(AclChunk))
        {
            await CallAsync($"delete {chunk.Length} ACLs",
                client => client.DeleteAclsAsync(chunk.Select(binding => binding.ToFilter()), new DeleteAclsOptions { RequestTimeout = Timeout }), ct);
        }
    }

    /// <summary>Removes every rule of the user, whatever it is about.</summary>
    public Task DeleteAclsOfAsync(string user, CancellationToken ct)
    {
        var rules = new AclBindingFilter
        {
            PatternFilter = new ResourcePatternFilter { Type = ResourceType.Any, ResourcePatternType = ResourcePatternType.Any },
            EntryFilter = new AccessControlEntryFilter { Principal = $"User:{user}", Operation = AclOperation.Any, PermissionType = AclPermissionType.Any },
        };
        return CallAsync($"delete the ACLs of '{user}'",
            client => client.DeleteAclsAsync([rules], new DeleteAclsOptions { RequestTimeout = Timeout }), ct);
    }

    public async Task<IReadOnlyList<KafkaScramUser>> DescribeScramUsersAsync(CancellationToken ct)
    {
        var answer = await CallAsync("describe SCRAM users",
            client => client.DescribeUserScramCredentialsAsync([], new DescribeUserScramCredentialsOptions { RequestTimeout = Timeout }), ct);
        return answer.UserScramCredentialsDescriptions
            .Where(user => !user.Error.IsError)
            .Select(user => new KafkaScramUser(user.User, user.ScramCredentialInfos
                .Select(info => new KafkaScramCredential(Name(info.Mechanism), info.Iterations)).ToList()))
            .ToList();
    }

    /// <summary>Sets the password of a SCRAM user, making the user when there is none; the mechanism is SCRAM-SHA-512.</summary>
    public Task UpsertScramUserAsync(KafkaPrincipal user, CancellationToken ct, int iterations = 4096) =>
        CallAsync($"set the credential of '{user.Username}'", client => client.AlterUserScramCredentialsAsync(
        [
            new UserScramCredentialUpsertion
            {
                User = user.Username,
                ScramCredentialInfo = new ScramCredentialInfo
                {
                    Mechanism = ScramMechanism.ScramSha512,
                    Iterations = iterations,
                },
                Password = System.Text.Encoding.UTF8.GetBytes(user.Password),
                Salt = System.Security.Cryptography.RandomNumberGenerator.GetBytes(32),
            },
        ], new AlterUserScramCredentialsOptions { RequestTimeout = Timeout }), ct);

    /// <summary>Removes a user's credential; one that is gone already is no error.</summary>
    public async Task DeleteScramUserAsync(string user, CancellationToken ct)
    {
        try
        {
            await CallAsync($"delete the credential of '{user}'", client => client.AlterUserScramCredentialsAsync(
            [
                new UserScramCredentialDeletion
                {
                    User = user,
                    Mechanism = ScramMechanism.ScramSha512,
                },
            ], new AlterUserScramCredentialsOptions { RequestTimeout = Timeout }), ct);
        }
        catch (KafkaRequestException gone) when (gone.Code == ErrorCode.ResourceNotFound
            || gone.InnerException is AlterUserScramCredentialsException { Results: var results } && results.All(
                result => !result.Error.IsError || result.Error.Code == ErrorCode.ResourceNotFound))
        {
            return;
        }
    }

    private static string Name(ScramMechanism mechanism) => mechanism == ScramMechanism.ScramSha512 ? "SCRAM-SHA-512" : "SCRAM-SHA-256";
}
