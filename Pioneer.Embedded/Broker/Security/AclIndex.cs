using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Pioneer.Embedded.Broker.Security;

/// <summary>All rules, arranged so that a decision looks only at those with the resource's own name, and at the prefixed ones.</summary>
public sealed class AclIndex
{
    private readonly FrozenDictionary<(ResourceType Resource, string Name), ImmutableArray<AclBinding>> _literal;
    private readonly FrozenDictionary<ResourceType, PrefixTable> _prefixed;

    /// <summary>Arranges a set of rules.</summary>
    public AclIndex(ImmutableHashSet<AclBinding> rules)
    {
        All = rules;
        _literal = rules.Where(r => r.Pattern == PatternType.Literal)
            .GroupBy(r => (r.Resource, r.Name))
            .ToFrozenDictionary(g => g.Key, g => g.ToImmutableArray());
        _prefixed = rules.Where(r => r.Pattern == PatternType.Prefixed)
            .GroupBy(r => r.Resource)
            .ToFrozenDictionary(g => g.Key, g => new PrefixTable(g));
    }

    /// <summary>Every rule.</summary>
    public ImmutableHashSet<AclBinding> All { get; }

    /// <summary>The rules on one kind of resource.</summary>
    public IEnumerable<AclBinding> Of(ResourceType resource) => All.Where(r => r.Resource == resource);

    /// <summary>The rules whose pattern the resource falls under.</summary>
    public IEnumerable<AclBinding> Covering(ResourceType resource, string name)
    {
        if (_literal.TryGetValue((resource, name), out var own))
        {
            foreach (var rule in own)
            {
                yield return rule;
            }
        }

        if (name != AclBinding.Wildcard && _literal.TryGetValue((resource, AclBinding.Wildcard), out var everywhere))
        {
            foreach (var rule in everywhere)
            {
                yield return rule;
            }
        }

        if (_prefixed.TryGetValue(resource, out var prefixes))
        {
            foreach (var rule in prefixes.Covering(name))
            {
                yield return rule;
            }
        }
    }

    /// <summary>Prefixed rules by their prefix: one lookup for each length of prefix that occurs.</summary>
    private sealed class PrefixTable(IEnumerable<AclBinding> rules)
    {
        private readonly FrozenDictionary<string, ImmutableArray<AclBinding>> _byPrefix =
            rules.GroupBy(r => r.Name, StringComparer.Ordinal).ToFrozenDictionary(g => g.Key, g => g.ToImmutableArray(), StringComparer.Ordinal);

        private readonly int[] _lengths = [.. rules.Select(r => r.Name.Length).Distinct().Order()];

        public IEnumerable<AclBinding> Covering(string name)
        {
            foreach (var length in _lengths)
            {
                if (length > name.Length)
                {
                    yield break;
                }

                if (_byPrefix.TryGetValue(name[..length], out var found))
                {
                    foreach (var rule in found)
                    {
                        yield return rule;
                    }
                }
            }
        }
    }
}
