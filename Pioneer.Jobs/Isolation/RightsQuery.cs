using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Jobs.Isolation;

/// <summary>Answers questions about rights by the rules that the brokers have at that moment; for platform admins.</summary>
public sealed class RightsQuery(KafkaAdmin kafka, KafkaClients clients, TimeProvider time)
{
    private const string Cluster = "kafka-cluster";
    private const string User = "User:";

    /// <summary>Whether the principal may do it, and which rules decide.</summary>
    /// <param name="principal">With or without <c>User:</c>.</param>
    /// <param name="host">The address that it comes from; null for one that no rule names.</param>
    public async Task<Result<RightsDecision>> DecideAsync(
        Actor actor, string? principal, AclOperation operation, AclResourceType type, string? name, string? host, CancellationToken ct)
    {
        if (Check("principal", principal) is { } wrong)
        {
            return wrong;
        }

        var read = await ReadAsync(actor, operation, type, name, ct);
        if (read.IsFailure)
        {
            return read.Error;
        }

        var who = principal!.Trim();
        var question = new AccessQuestion(who.StartsWith(User, StringComparison.Ordinal) ? who : User + who, operation, type, Named(type, name))
        {
            Host = host?.Trim() ?? "",
        };
        var decision = read.Value.Judge(question);
        return new RightsDecision(question.Principal, operation, type, question.ResourceName, decision.IsAllowed, decision.Reason, decision.Rules, IsKnown, time.GetUtcNow());
    }

    /// <summary>Everybody who may do it.</summary>
    public async Task<Result<RightsHolders>> HoldersAsync(Actor actor, AclOperation operation, AclResourceType type, string? name, CancellationToken ct)
    {
        var read = await ReadAsync(actor, operation, type, name, ct);
        if (read.IsFailure)
        {
            return read.Error;
        }

        var thing = Named(type, name);
        return new RightsHolders(
            operation, type, thing, read.Value.WhoMay(operation, type, thing), read.Value.Except(operation, type, thing), IsKnown, time.GetUtcNow());
    }

    private bool IsKnown => clients.Options.SuperUsers is not null;

    /// <summary>What the brokers are said to be configured with.</summary>
    internal static AuthorizerSettings Settings(KafkaOptions options) => new(
        [
            .. (options.SuperUsers ?? "").Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(user => user.StartsWith(User, StringComparison.Ordinal) ? user[User.Length..] : user),
        ],
        options.AllowEveryoneIfNoAclFound);

    private async Task<Result<EffectiveRights>> ReadAsync(
        Actor actor, AclOperation operation, AclResourceType type, string? name, CancellationToken ct)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        if (operation is AclOperation.All)
        {
            return Error.Invalid("OperationNotOne", "operation", "'All' stands in rules; a request is one operation.", "Ask about Read, Write, Describe and so on.");
        }

        if (type is not AclResourceType.Cluster && Check("name", name) is { } wrong)
        {
            return wrong;
        }

        try
        {
            ImmutableArray<AclRule> rules = [.. (await kafka.DescribeAclsAsync(ct)).Select(AclMapping.FromBinding).OfType<AclRule>()];
            return new EffectiveRights(rules, Settings(clients.Options));
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            return PlatformErrors.From(failure);
        }
    }

    private static string Named(AclResourceType type, string? name) => type is AclResourceType.Cluster ? Cluster : name!.Trim();

    private static Error? Check(string field, string? text) => string.IsNullOrWhiteSpace(text)
        ? Error.Invalid("NameMissing", field, $"The {field} is empty.", "Write the name as the brokers have it.")
        : TextLimits.Check(field, field, text, TextLimits.LongName);
}

/// <summary>Whether a principal may do something, and why.</summary>
/// <param name="Rules">Each of them alone decides so, the most particular first.</param>
/// <param name="SuperUsersKnown">False where nobody said who the super users are: one of them may do it all the same.</param>
/// <param name="At">When the rules were read.</param>
public sealed record RightsDecision(
    string Principal, AclOperation Operation, AclResourceType Type, string Name, bool IsAllowed, AccessReason Reason, ImmutableArray<AclRule> Rules,
    bool SuperUsersKnown, DateTimeOffset At);

/// <summary>Everybody who may do something.</summary>
/// <param name="Except">Whom rules keep from what everybody may.</param>
/// <param name="SuperUsersKnown">False where nobody said who the super users are: they may do it, too.</param>
/// <param name="At">When the rules were read.</param>
public sealed record RightsHolders(
    AclOperation Operation, AclResourceType Type, string Name, ImmutableArray<RightHolder> Holders, ImmutableArray<string> Except, bool SuperUsersKnown,
    DateTimeOffset At);
