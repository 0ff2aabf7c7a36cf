using System.Collections.Frozen;
using System.Collections.Immutable;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Domain.Isolation;

/// <summary>
/// What somebody may really do, as Kafka's StandardAuthorizer judges it: super users may do everything; a rule that denies wins over any that allows;
/// a right to read, write, delete or alter implies describing, one to alter configurations implies describing them; denials imply nothing. Where no
/// rule at all covers the thing, <see cref="AuthorizerSettings.AllowsEverybodyWithoutRules"/> decides.
/// </summary>
/// <param name="rules">All rules of the cluster.</param>
/// <param name="settings">What the brokers are configured with.</param>
public sealed class EffectiveRights(IEnumerable<AclRule> rules, AuthorizerSettings settings)
{
    private const string Everybody = "User:*";
    private const string Wildcard = "*";

    // no address looks like it: stands for every host that no rule names
    private const string AnyOtherHost = "";

    // a cluster may have a hundred thousand rules: a question looks at those of its name, of '*' and of each length of prefix that occurs
    private readonly FrozenDictionary<(AclResourceType Type, AclPattern Pattern, string Name), ImmutableArray<AclRule>> _rules =
        rules.GroupBy(rule => (rule.ResourceType, rule.Pattern, rule.ResourceName)).ToFrozenDictionary(group => group.Key, group => group.ToImmutableArray());

    private readonly ImmutableArray<int> _prefixLengths =
        [.. rules.Where(rule => rule.Pattern is AclPattern.Prefixed).Select(rule => rule.ResourceName.Length).Distinct().OrderDescending()];

    /// <summary>Whether the principal may do everything, whatever the rules.</summary>
    /// <param name="principal">Without its <c>User:</c>.</param>
    public bool IsSuperUser(string principal) => settings.SuperUsers.Contains(principal);

    /// <summary>Whether the principal may do this, and which rules decide it.</summary>
    public AccessDecision Judge(AccessQuestion question) => Judge(question, Covering(question.ResourceType, question.ResourceName));

    /// <summary>
    /// Everybody who may do this to the thing, those who may do it from anywhere first. Somebody who may do it only because everybody may is not listed
    /// again.
    /// </summary>
    public ImmutableArray<RightHolder> WhoMay(AclOperation operation, AclResourceType type, string name)
    {
        var covering = Covering(type, name);
        string[] hosts = [AnyOtherHost, .. covering.Select(rule => rule.Host).Where(host => host != AclRule.AnyHost).Distinct().Order(StringComparer.Ordinal)];
        var named = covering.Select(rule => rule.Principal).Where(principal => principal != Everybody);
        var holders = from principal in settings.SuperUsers.Select(user => $"User:{user}").Concat(named).Distinct().Order(StringComparer.Ordinal).Prepend(Everybody)
                      let decisions = hosts.Select(host => (Host: host, Decision: Judge(new AccessQuestion(principal, operation, type, name) { Host = host }, covering))).ToList()
                      where decisions.Exists(judged => judged.Decision.IsAllowed && IsOwn(principal, judged.Decision))
                      select Holder(principal, decisions);
        return [.. holders.OrderByDescending(holder => holder.Hosts.IsEmpty)];
    }

    /// <summary>Those whom the rules keep from what everybody may do to the thing; empty where not everybody may.</summary>
    public ImmutableArray<string> Except(AclOperation operation, AclResourceType type, string name)
    {
        var covering = Covering(type, name);
        return Judge(new AccessQuestion(Everybody, operation, type, name) { Host = AnyOtherHost }, covering).IsAllowed
            ?
            [
                .. covering.Select(rule => rule.Principal).Distinct()
                    .Where(principal => !Judge(new AccessQuestion(principal, operation, type, name) { Host = AnyOtherHost }, covering).IsAllowed)
                    .Order(StringComparer.Ordinal),
            ]
            : [];
    }

    private static RightHolder Holder(string principal, List<(string Host, AccessDecision Decision)> decisions)
    {
        var anywhere = decisions[0].Decision;
        var others = decisions.Skip(1).ToList();
        return anywhere.IsAllowed
            ? new RightHolder(principal, anywhere.Reason, anywhere.Rules) { NotFrom = [.. others.Where(judged => !judged.Decision.IsAllowed).Select(judged => judged.Host)] }
            : new RightHolder(principal, AccessReason.Allowed, [.. others.Where(judged => judged.Decision.IsAllowed).SelectMany(judged => judged.Decision.Rules).Distinct()])
            {
                Hosts = [.. others.Where(judged => judged.Decision.IsAllowed).Select(judged => judged.Host)],
            };
    }

    /// <summary>Whether the decision speaks of the principal itself, not of everybody.</summary>
    private static bool IsOwn(string principal, AccessDecision decision) => principal == Everybody || decision.Reason switch
    {
        AccessReason.SuperUser => true,
        AccessReason.Allowed => decision.Rules.Any(rule => rule.Principal == principal),
        _ => false,
    };

    private AccessDecision Judge(AccessQuestion question, ImmutableArray<AclRule> covering)
    {
        if (settings.SuperUsers.Any(user => question.Principal == $"User:{user}"))
        {
            return new AccessDecision(true, AccessReason.SuperUser, []);
        }

        var speaking = covering.Where(rule => Concerns(rule, question) && Speaks(rule, question.Operation)).ToList();
        ImmutableArray<AclRule> denying = [.. speaking.Where(rule => rule.Permission is AclPermission.Deny)];
        return (denying.IsEmpty, speaking.Count, covering.Length) switch
        {
            (false, _, _) => new AccessDecision(false, AccessReason.Denied, denying),
            (_, > 0, _) => new AccessDecision(true, AccessReason.Allowed, [.. speaking]),
            (_, _, 0) when settings.AllowsEverybodyWithoutRules => new AccessDecision(true, AccessReason.NoRules, []),
            _ => new AccessDecision(false, AccessReason.NotGranted, []),
        };
    }

    /// <summary>The rules whose pattern the thing falls under, the most particular first.</summary>
    private ImmutableArray<AclRule> Covering(AclResourceType type, string name)
    {
        var keys = _prefixLengths.Where(length => length <= name.Length).Select(length => (AclPattern.Prefixed, name[..length])).Prepend((AclPattern.Literal, name));
        var covering = keys.SelectMany(key => Of(key.Item1, key.Item2).OrderBy(rule => rule.ToString(), StringComparer.Ordinal));
        return [.. name == Wildcard ? covering : covering.Concat(Of(AclPattern.Literal, Wildcard).OrderBy(rule => rule.ToString(), StringComparer.Ordinal))];

        ImmutableArray<AclRule> Of(AclPattern pattern, string its) => _rules.GetValueOrDefault((type, pattern, its), []);
    }

    private static bool Concerns(AclRule rule, AccessQuestion question) =>
        (rule.Principal == question.Principal || rule.Principal == Everybody) && (rule.Host == AclRule.AnyHost || rule.Host == question.Host);

    private static bool Speaks(AclRule rule, AclOperation asked) => rule.Operation == asked || rule.Operation is AclOperation.All
        || (rule.Permission is AclPermission.Allow && asked switch
        {
            AclOperation.Describe => rule.Operation is AclOperation.Read or AclOperation.Write or AclOperation.Delete or AclOperation.Alter,
            AclOperation.DescribeConfigs => rule.Operation is AclOperation.AlterConfigs,
            _ => false,
        });
}
