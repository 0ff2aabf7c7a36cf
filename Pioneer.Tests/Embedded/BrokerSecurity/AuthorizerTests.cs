using System.Collections.Immutable;
using CsCheck;
using Pioneer.Embedded.Broker.Security;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerSecurity;

public sealed class AuthorizerTests
{
    private static readonly Principal Alice = new("alice", "127.0.0.1");

    private static readonly Gen<AclBinding> Rules = Gen.Select(
        Gen.OneOfConst(ResourceType.Topic, ResourceType.Group),
        Gen.OneOfConst("a", "ab", "abc", "b", "*"),
        Gen.OneOfConst(PatternType.Literal, PatternType.Prefixed),
        Gen.OneOfConst("User:alice", "User:bob", "User:*"),
        Gen.OneOfConst("*", "127.0.0.1", "10.0.0.1"),
        Gen.OneOfConst(
            AclOperation.All, AclOperation.Read, AclOperation.Write, AclOperation.Describe, AclOperation.Delete, AclOperation.Alter,
            AclOperation.AlterConfigs, AclOperation.DescribeConfigs),
        Gen.OneOfConst(AclPermission.Allow, AclPermission.Allow, AclPermission.Deny),
        (resource, name, pattern, principal, host, operation, permission) =>
            new AclBinding(resource, name, pattern, principal, host, operation, permission));

    private static readonly Gen<AclOperation> Operations = Gen.OneOfConst(
        AclOperation.Read, AclOperation.Write, AclOperation.Describe, AclOperation.Delete, AclOperation.DescribeConfigs, AclOperation.AlterConfigs);

    /// <summary>The definition of Kafka's StandardAuthorizer, written down a second time without any index.</summary>
    [Fact]
    public void Decision_is_that_of_the_definition_for_any_rules() =>
        Gen.Select(Rules.Array[0, 12], Operations, Gen.OneOfConst("a", "ab", "abc", "abcd", "b", "c")).Sample((rules, operation, name) =>
        {
            var expected = Defined(rules, operation, name);
            Assert.Equal(expected, With(rules).Allows(Alice, operation, ResourceType.Topic, name));
        });

    [Fact]
    public void Removing_an_allowance_or_adding_a_denial_never_allows_more() =>
        Gen.Select(Rules.Array[1, 10], Rules, Operations).Sample((rules, extra, operation) =>
        {
            var before = With(rules).Allows(Alice, operation, ResourceType.Topic, "abc");
            var fewer = With(rules[1..]);
            var more = With([.. rules, extra with { Permission = AclPermission.Deny }]);
            Assert.True(before || rules[0].Permission == AclPermission.Deny || !fewer.Allows(Alice, operation, ResourceType.Topic, "abc"));
            Assert.True(before || !more.Allows(Alice, operation, ResourceType.Topic, "abc"));
        });

    [Fact]
    public void Nothing_is_allowed_without_a_rule_and_everything_to_super_users()
    {
        var authorizer = With([]);

        Assert.False(authorizer.Allows(Alice, AclOperation.Read, ResourceType.Topic, "t"));
        Assert.True(authorizer.Allows(new Principal("root", "127.0.0.1"), AclOperation.Alter, ResourceType.Cluster, AclBinding.ClusterName));
        Assert.True(new Authorizer(enabled: false, [], () => new AclIndex([])).Allows(Alice, AclOperation.Delete, ResourceType.Topic, "t"));
    }

    [Fact]
    public void Denied_read_leaves_describe_while_allowed_read_implies_it()
    {
        var read = Topic("t", AclOperation.Read, AclPermission.Allow);

        Assert.True(With([read]).Allows(Alice, AclOperation.Describe, ResourceType.Topic, "t"));
        Assert.True(With([Topic("t", AclOperation.Describe, AclPermission.Allow), Topic("t", AclOperation.Read, AclPermission.Deny)])
            .Allows(Alice, AclOperation.Describe, ResourceType.Topic, "t"));
        Assert.False(With([Topic("t", AclOperation.AlterConfigs, AclPermission.Allow)]).Allows(Alice, AclOperation.Describe, ResourceType.Topic, "t"));
        Assert.True(With([Topic("t", AclOperation.AlterConfigs, AclPermission.Allow)]).Allows(Alice, AclOperation.DescribeConfigs, ResourceType.Topic, "t"));
    }

    [Fact]
    public void Tenant_prefix_does_not_reach_a_neighbour_whose_name_begins_alike()
    {
        var acme = new AclBinding(ResourceType.Topic, "acme.", PatternType.Prefixed, "User:alice", "*", AclOperation.Read, AclPermission.Allow);

        Assert.True(With([acme]).Allows(Alice, AclOperation.Read, ResourceType.Topic, "acme.d.payments"));
        Assert.False(With([acme]).Allows(Alice, AclOperation.Read, ResourceType.Topic, "acme2.d.payments"));
        Assert.False(With([acme]).Allows(Alice, AclOperation.Read, ResourceType.Topic, "globex.d.payments"));
    }

    [Fact]
    public void Writing_anywhere_is_found_unless_denials_cover_every_allowance()
    {
        var allowed = new AclBinding(ResourceType.Topic, "acme.", PatternType.Prefixed, "User:alice", "*", AclOperation.Write, AclPermission.Allow);
        var deniedInside = allowed with { Name = "acme.x", Permission = AclPermission.Deny };
        var deniedAround = allowed with { Name = "ac", Permission = AclPermission.Deny };

        Assert.True(With([allowed]).AllowsAny(Alice, AclOperation.Write, ResourceType.Topic));
        Assert.True(With([allowed, deniedInside]).AllowsAny(Alice, AclOperation.Write, ResourceType.Topic));
        Assert.False(With([allowed, deniedAround]).AllowsAny(Alice, AclOperation.Write, ResourceType.Topic));
        Assert.False(With([allowed, allowed with { Name = "*", Pattern = PatternType.Literal, Permission = AclPermission.Deny }])
            .AllowsAny(Alice, AclOperation.Write, ResourceType.Topic));
        Assert.False(With([]).AllowsAny(Alice, AclOperation.Write, ResourceType.Topic));
    }

    [Fact]
    public void Match_filter_selects_every_rule_that_affects_the_name()
    {
        var literal = Topic("acme.t.a", AclOperation.Read, AclPermission.Allow);
        var prefixed = literal with { Name = "acme.", Pattern = PatternType.Prefixed };
        var wildcard = literal with { Name = "*" };
        var other = literal with { Name = "acme.t.b" };
        var filter = new AclFilter(ResourceType.Topic, "acme.t.a", PatternType.Match, null, null, AclOperation.Any, AclPermission.Any);

        Assert.Equal([true, true, true, false], new[] { literal, prefixed, wildcard, other }.Select(filter.Selects));
        Assert.Equal([true, false, false, false], new[] { literal, prefixed, wildcard, other }.Select((filter with { Pattern = PatternType.Any }).Selects));
    }

    private static bool Defined(IEnumerable<AclBinding> rules, AclOperation operation, string name)
    {
        bool Concerned(AclBinding r)
        {
            var nameMatches = r.Pattern == PatternType.Prefixed ? name.StartsWith(r.Name, StringComparison.Ordinal) : r.Name == name || r.Name == "*";
            var whoMatches = r.Principal is "User:alice" or "User:*";
            var whereMatches = r.Host is "*" or "127.0.0.1";
            return r.Resource == ResourceType.Topic && nameMatches && whoMatches && whereMatches;
        }

        AclOperation[] allowing = operation switch
        {
            AclOperation.Describe => [operation, AclOperation.All, AclOperation.Read, AclOperation.Write, AclOperation.Delete, AclOperation.Alter],
            AclOperation.DescribeConfigs => [operation, AclOperation.All, AclOperation.AlterConfigs],
            _ => [operation, AclOperation.All],
        };
        var concerned = rules.Where(Concerned).ToList();
        return !concerned.Exists(r => r.Permission == AclPermission.Deny && (r.Operation == operation || r.Operation == AclOperation.All))
            && concerned.Exists(r => r.Permission == AclPermission.Allow && allowing.Contains(r.Operation));
    }

    private static Authorizer With(IEnumerable<AclBinding> rules)
    {
        var index = new AclIndex([.. rules]);
        return new Authorizer(enabled: true, ImmutableHashSet.Create("root"), () => index);
    }

    private static AclBinding Topic(string name, AclOperation operation, AclPermission permission) =>
        new(ResourceType.Topic, name, PatternType.Literal, "User:alice", "*", operation, permission);
}
