using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Lists users with the mechanisms they have a credential for.</summary>
internal sealed class DescribeUserScramCredentialsHandler(MetadataStore store, Authorizer authorizer)
    : RequestHandler<DescribeUserScramCredentialsRequest>
{
    protected override IMessage Handle(RequestContext context, DescribeUserScramCredentialsRequest request)
    {
        if (!authorizer.MayCluster(context, AclOperation.Describe))
        {
            return new DescribeUserScramCredentialsResponse
            {
                ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed,
                ErrorMessage = "Cluster authorization failed.",
            };
        }

        var users = request.Users is { Count: > 0 } asked ? asked.Select(u => u.Name).ToList() : [.. store.Current.Credentials.Keys];
        var twice = users.GroupBy(u => u, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        return new DescribeUserScramCredentialsResponse
        {
            Results = [.. users.Distinct(StringComparer.Ordinal).Select(user => Describe(user, twice.Contains(user)))],
        };
    }

    private DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult Describe(string user, bool twice)
    {
        if (twice)
        {
            return Failed(user, ErrorCode.DuplicateResource, $"Cannot describe SCRAM credentials for the same user twice in a single request: {user}");
        }

        return store.Current.Credentials.TryGetValue(user, out var credentials)
            ? new()
            {
                User = user,
                CredentialInfos =
                [
                    .. credentials.Values.OrderBy(c => c.Mechanism).Select(c => new DescribeUserScramCredentialsResponse.CredentialInfo
                    {
                        Mechanism = (sbyte)c.Mechanism,
                        Iterations = c.Iterations,
                    }),
                ],
            }
            : Failed(user, ErrorCode.ResourceNotFound, $"Attempt to describe a user credential that does not exist: {user}");
    }

    private static DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult Failed(string user, ErrorCode error, string message) =>
        new() { User = user, ErrorCode = (short)error, ErrorMessage = message };
}

/// <summary>Sets and removes credentials. They count from the next authentication on; sessions go on.</summary>
internal sealed class AlterUserScramCredentialsHandler(MetadataStore store, Authorizer authorizer) : RequestHandler<AlterUserScramCredentialsRequest>
{
    protected override IMessage Handle(RequestContext context, AlterUserScramCredentialsRequest request)
    {
        var users = request.Deletions.Select(d => d.Name).Concat(request.Upsertions.Select(u => u.Name)).ToList();
        if (!authorizer.MayCluster(context, AclOperation.Alter))
        {
            return Answer(users.Distinct(StringComparer.Ordinal), _ => (ErrorCode.ClusterAuthorizationFailed, "Cluster authorization failed."));
        }

        var errors = new Dictionary<string, (ErrorCode Error, string Message)>(StringComparer.Ordinal);
        var failure = store.TryChange(state =>
        {
            errors = Errors(request, state, users);
            return
            [
                .. request.Deletions.Where(d => !errors.ContainsKey(d.Name)).Select(d => new ScramCredentialRemoved(d.Name, (ScramMechanism)d.Mechanism)),
                .. request.Upsertions.Where(u => !errors.ContainsKey(u.Name)).Select(u => new ScramCredentialSet(u.Name, ToCredential(u))),
            ];
        });
        return Answer(
            users.Distinct(StringComparer.Ordinal),
            user => errors.TryGetValue(user, out var error) ? error
                : failure is not null ? (ErrorCode.KafkaStorageError, failure)
                : (ErrorCode.None, null));
    }

    private static Dictionary<string, (ErrorCode Error, string Message)> Errors(
        AlterUserScramCredentialsRequest request, ClusterState state, List<string> users)
    {
        var errors = new Dictionary<string, (ErrorCode, string)>(StringComparer.Ordinal);
        // Kafka 4 refuses a user named twice also where the two mechanisms differ (ScramControlManager, seen with 4.2)
        foreach (var user in users.GroupBy(u => u, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key))
        {
            errors[user] = (ErrorCode.DuplicateResource, "A user credential cannot be altered twice in the same request");
        }

        foreach (var deletion in request.Deletions)
        {
            if (Unacceptable(deletion.Name, deletion.Mechanism) is { } unacceptable)
            {
                errors.TryAdd(deletion.Name, (ErrorCode.UnacceptableCredential, unacceptable));
            }
            else if (state.Credentials.GetValueOrDefault(deletion.Name)?.ContainsKey((ScramMechanism)deletion.Mechanism) != true)
            {
                errors.TryAdd(deletion.Name, (ErrorCode.ResourceNotFound, "Attempt to delete a user credential that does not exist"));
            }
        }

        foreach (var upsertion in request.Upsertions)
        {
            var unacceptable = Unacceptable(upsertion.Name, upsertion.Mechanism) ?? upsertion.Iterations switch
            {
                < ScramCredential.MinIterations => "Too few iterations",
                > ScramCredential.MaxIterations => "Too many iterations",
                _ => null,
            };
            if (unacceptable is not null)
            {
                errors.TryAdd(upsertion.Name, (ErrorCode.UnacceptableCredential, unacceptable));
            }
        }

        return errors;
    }

    private static string? Unacceptable(string user, sbyte mechanism)
    {
        if (user.Length == 0)
        {
            return "Username must not be empty";
        }

        return (ScramMechanism)mechanism is ScramMechanism.Sha256 or ScramMechanism.Sha512 ? null : "Unknown SCRAM mechanism";
    }

    private static ScramCredential ToCredential(AlterUserScramCredentialsRequest.ScramCredentialUpsertion upsertion) =>
        ScramCredential.FromSaltedPassword(
            (ScramMechanism)upsertion.Mechanism, upsertion.SaltedPassword.Span, upsertion.Salt.ToArray(), upsertion.Iterations);

    private static AlterUserScramCredentialsResponse Answer(IEnumerable<string> users, Func<string, (ErrorCode Error, string? Message)> errorOf) => new()
    {
        Results =
        [
            .. users.Select(user =>
            {
                var (error, message) = errorOf(user);
                return new AlterUserScramCredentialsResponse.AlterUserScramCredentialsResult
                {
                    User = user,
                    ErrorCode = (short)error,
                    ErrorMessage = message,
                };
            }),
        ],
    };
}
