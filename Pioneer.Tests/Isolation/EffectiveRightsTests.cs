using CsCheck;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Provisioning;
using Pioneer.Embedded.Broker.Security;
using Xunit;
using AclOperation = Pioneer.Domain.Provisioning.AclOperation;
using AclPermission = Pioneer.Domain.Provisioning.AclPermission;

namespace Pioneer.Tests.Isolation;

public sealed class EffectiveRightsTests
{
    private static readonly AuthorizerSettings Settings = new(["root"]);

    private static readonly Gen<AclRule> Rules = Gen.Select(
        Gen.OneOfConst(AclResourceType.Topic, AclResourceType.Group),
        Gen.OneOfConst("a", "ab", "abc", "b", "*"),
        Gen.OneOfConst(AclPattern.Literal, AclPattern.Prefixed),
        Gen.OneOfConst("User:alice", "User:bob", "User:*"),
        Gen.OneOfConst("*", "127.0.0.1", "10.0.0.1"),
        Gen.OneOfConst(Enum.GetValues<AclOperation>()),
        Gen.OneOfConst(AclPermission.Allow, AclPermission.Allow, AclPermission.Deny),
        (resource, name, pattern, principal, host, operation, permission) =>
            new AclRule(principal, operation, resource, name, pattern) { Host = host, Permission = permission });

    private static readonly Gen<AccessQuestion> Questions = Gen.Select(
        Gen.OneOfConst("User:alice", "User:bob", "User:carol", "User:root"),
        Gen.OneOfConst(Enum.GetValues<AclOperation>().Except([AclOperation.All]).ToArray()),
        Gen.OneOfConst("a", "ab", "abc", "abcd", "b", "c"),
        Gen.OneOfConst("127.0.0.1", "10.0.0.1", "10.9.9.9"),
        (principal, operation, name, host) => new AccessQuestion(principal, operation, AclResourceType.Topic, name) { Host = host });

    [Fact]
    public void Decision_is_the_embedded_brokers_for_any_rules() =>
        Gen.Select(Rules.Array[0, 14], Questions).Sample((rules, question) =>
        {
            var index = new AclIndex([.. rules.Select(Broker)]);
            var broker = new Authorizer(enabled: true, ["root"], () => index);
            var expected = broker.Allows(
                new Principal(question.Principal["User:".Length..], question.Host), (Pioneer.Embedded.Broker.Security.AclOperation)question.Operation,
                (ResourceType)question.ResourceType, question.ResourceName);
            Assert.Equal(expected, new EffectiveRights(rules, Settings).Judge(question).IsAllowed);
        });

    [Fact]
    public void Rules_that_are_named_are_what_decides() =>
        Gen.Select(Rules.Array[1, 10], Questions).Sample((rules, question) =>
        {
            var decision = new EffectiveRights(rules, Settings).Judge(question);
            foreach (var rule in decision.Rules)
            {
                Assert.Equal(decision.IsAllowed ? AclPermission.Allow : AclPermission.Deny, rule.Permission);
            }

            if (decision.Reason is AccessReason.Allowed)
            {
                Assert.False(new EffectiveRights(rules.Except(decision.Rules), Settings).Judge(question).IsAllowed);
            }

            Assert.Equal(decision.Reason is AccessReason.Allowed or AccessReason.Denied, !decision.Rules.IsEmpty);
        });

    [Fact]
    public void Those_who_may_are_those_whom_the_brokers_let() =>
        Gen.Select(Rules.Array[0, 10], Questions).Sample((rules, question) =>
        {
            var rights = new EffectiveRights(rules, Settings);
            var holders = rights.WhoMay(question.Operation, question.ResourceType, question.ResourceName);
            var listed = holders.Any(holder => (holder.Principal == question.Principal || holder.Principal == "User:*") && From(holder, question.Host));

            // nobody who may is missing; a listed one is refused only where a rule keeps it from what everybody may
            var decision = rights.Judge(question);
            Assert.True(listed || !decision.IsAllowed);
            Assert.True(!listed || decision.IsAllowed || decision.Reason is AccessReason.Denied);
            Assert.All(holders.Where(holder => holder.Principal == question.Principal && From(holder, question.Host)), _ => Assert.True(decision.IsAllowed));
        });

    [Fact]
    public void Most_particular_rule_is_named_first_and_a_denial_before_all()
    {
        var everywhere = Topic("*", AclPattern.Literal);
        var prefixed = Topic("acme.", AclPattern.Prefixed);
        var literal = Topic("acme.t.payments", AclPattern.Literal);
        var question = new AccessQuestion("User:alice", AclOperation.Read, AclResourceType.Topic, "acme.t.payments");

        Assert.Equal([literal, prefixed, everywhere], new EffectiveRights([everywhere, prefixed, literal], Settings).Judge(question).Rules);
        var denied = prefixed with { Permission = AclPermission.Deny, Principal = "User:*" };
        var decision = new EffectiveRights([everywhere, denied, literal], Settings).Judge(question);
        Assert.Equal((AccessReason.Denied, denied), (decision.Reason, Assert.Single(decision.Rules)));
    }

    [Fact]
    public void Nobody_may_without_a_rule_unless_the_brokers_let_everybody_where_there_is_none()
    {
        var question = new AccessQuestion("User:alice", AclOperation.Read, AclResourceType.Topic, "t");
        var open = new AuthorizerSettings([], AllowsEverybodyWithoutRules: true);

        Assert.Equal(new AccessDecision(false, AccessReason.NotGranted, []), new EffectiveRights([], Settings).Judge(question));
        Assert.Equal(new AccessDecision(true, AccessReason.NoRules, []), new EffectiveRights([], open).Judge(question));

        // one rule for somebody else, and the thing is closed to everybody but him
        AclRule[] forBob = [Topic("t", AclPattern.Literal) with { Principal = "User:bob" }];
        Assert.Equal(new AccessDecision(false, AccessReason.NotGranted, []), new EffectiveRights(forBob, open).Judge(question));
        Assert.Equal(["User:bob"], new EffectiveRights(forBob, open).WhoMay(AclOperation.Read, AclResourceType.Topic, "t").Select(holder => holder.Principal));
        Assert.Equal(["User:*"], new EffectiveRights([], open).WhoMay(AclOperation.Read, AclResourceType.Topic, "t").Select(holder => holder.Principal));
    }

    [Fact]
    public void Readers_of_a_topic_are_told_with_where_from_and_by_which_rule()
    {
        var everybody = Topic("t", AclPattern.Literal) with { Principal = "User:*" };
        var kept = everybody with { Principal = "User:mallory", Permission = AclPermission.Deny };
        var office = Topic("t", AclPattern.Literal) with { Host = "10.0.0.1" };

        var shut = new EffectiveRights([office], Settings).WhoMay(AclOperation.Read, AclResourceType.Topic, "t");
        Assert.Equal(["User:root", "User:alice"], shut.Select(holder => holder.Principal));
        Assert.Equal(["10.0.0.1"], shut[1].Hosts);
        Assert.Equal([office], shut[1].Rules);

        var open = new EffectiveRights([everybody, kept], Settings);
        Assert.Equal(["User:*", "User:root"], open.WhoMay(AclOperation.Read, AclResourceType.Topic, "t").Select(holder => holder.Principal));
        Assert.Equal(["User:mallory"], open.Except(AclOperation.Read, AclResourceType.Topic, "t"));
    }

    private static bool From(RightHolder holder, string host) => holder.Hosts.IsEmpty ? !holder.NotFrom.Contains(host) : holder.Hosts.Contains(host);

    private static AclBinding Broker(AclRule rule) => new(
        (ResourceType)rule.ResourceType, rule.ResourceName, (PatternType)rule.Pattern, rule.Principal, rule.Host,
        (Pioneer.Embedded.Broker.Security.AclOperation)rule.Operation, (Pioneer.Embedded.Broker.Security.AclPermission)rule.Permission);

    private static AclRule Topic(string name, AclPattern pattern) => new("User:alice", AclOperation.Read, AclResourceType.Topic, name, pattern);
}
