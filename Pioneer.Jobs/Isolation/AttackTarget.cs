using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Jobs.Isolation;

/// <summary>One tenant of a check.</summary>
/// <param name="ServiceId">Of the ksqlDB service that runs its queries.</param>
internal sealed record CheckedTenant(TenantId Id, TenantSlug Slug, IsolationLevel Level, string ServiceId);

/// <summary>What a check tries to reach, read once for all tenants.</summary>
/// <param name="Tenants">Everybody who has something to lose, whether active or not.</param>
/// <param name="Topics">Names of all topics, as the platform sees them.</param>
/// <param name="Groups">Names of all groups.</param>
/// <param name="Principals">Users that can sign in, and principals that rules name, without <c>User:</c>.</param>
/// <param name="Unseen">Why the brokers' part could not be read; null when it was.</param>
internal sealed record AttackGround(
    ImmutableArray<CheckedTenant> Tenants, ImmutableArray<string> Topics, ImmutableArray<string> Groups, ImmutableArray<string> Principals,
    ImmutableArray<AclRule> Rules, EffectiveRights Rights, string? Unseen)
{
    /// <summary>What of the last check that was let through is tried again, so that a hole counts as closed only where it was tried.</summary>
    public ImmutableArray<IsolationAttempt> Again { get; init; } = [];

    private const string Internals = "_confluent-ksql-";

    // read for ten thousand tenants: each is looked up, never searched for
    private readonly Lazy<Dictionary<string, CheckedTenant>> _bySlug = new(() => Tenants.ToDictionary(tenant => tenant.Slug.Value, StringComparer.Ordinal));
    private readonly Lazy<ILookup<string, string>> _topicsOf = new(() => Topics.ToLookup(Owner, StringComparer.Ordinal));
    private readonly Lazy<ILookup<string, string>> _groupsOf = new(() => Groups.ToLookup(Owner, StringComparer.Ordinal));
    private readonly Lazy<ILookup<string, string>> _principalsOf = new(() => Principals.ToLookup(Owner, StringComparer.Ordinal));
    private readonly Lazy<ILookup<string, AclRule>> _rulesOf = new(() => Rules.ToLookup(rule => rule.Principal, StringComparer.Ordinal));
    private readonly Lazy<ImmutableArray<string>> _platforms = new(() => PlatformsAmong(Topics, Tenants));

    /// <summary>How many other tenants' things one tenant's principal tries; the others are covered by what it is shown, and by the rules.</summary>
    public const int MaxOthers = 3;

    /// <summary>Whose a name is by its beginning: a slug for a tenant's things and those of its ksqlDB service.</summary>
    public static string Owner(string name)
    {
        var isInternal = name.StartsWith(Internals, StringComparison.Ordinal);
        var rest = isInternal ? name.AsSpan(Internals.Length) : name;
        // a slug holds neither
        var end = rest.IndexOfAny('.', '_');
        return end > 0 && (isInternal ? rest[end] == '_' : rest[end] == '.' || end == rest.Length - 1) ? rest[..end].ToString() : "";
    }

    /// <summary>Topics of one tenant, without those of its ksqlDB service.</summary>
    public IEnumerable<string> TopicsOf(TenantSlug tenant) => _topicsOf.Value[tenant.Value].Where(name => !name.StartsWith('_'));

    /// <summary>Groups of one tenant and its ksqlDB service.</summary>
    public IEnumerable<string> GroupsOf(TenantSlug tenant) => _groupsOf.Value[tenant.Value];

    /// <summary>Principals of one tenant.</summary>
    public IEnumerable<string> PrincipalsOf(TenantSlug tenant) => _principalsOf.Value[tenant.Value];

    /// <summary>Rules that name a principal.</summary>
    /// <param name="principal">With its <c>User:</c>.</param>
    public IEnumerable<AclRule> RulesOf(string principal) => _rulesOf.Value[principal];

    /// <summary>Topics of the brokers, of Connect and of Pioneer itself.</summary>
    public ImmutableArray<string> PlatformsTopics => _platforms.Value;

    /// <summary>Those that the last check reached, and some others, different ones each day, so that all of them come in turn.</summary>
    public ImmutableArray<CheckedTenant> OthersOf(CheckedTenant tenant, DateTimeOffset now)
    {
        var others = Tenants.Where(other => other.Id != tenant.Id).ToList();
        var first = others.Count == 0 ? 0 : (int)(now.UtcTicks / TimeSpan.TicksPerDay % others.Count);
        var again = Again.Where(attempt => attempt.Way is not IsolationWay.Rules && !IsolationIncidents.IsListing(attempt))
            .Select(attempt => _bySlug.Value.GetValueOrDefault(attempt.Reached ?? "")).OfType<CheckedTenant>().Where(other => other.Id != tenant.Id).Distinct().ToList();
        return [.. again.Concat(Enumerable.Range(0, others.Count).Select(step => others[(first + step) % others.Count])).Distinct().Take(Math.Max(MaxOthers, again.Count))];
    }

    /// <summary>The other tenant that a topic, group or id belongs to; null for what is nobody's, or its own.</summary>
    public string? OtherOwner(CheckedTenant tenant, string name) =>
        _bySlug.Value.TryGetValue(Owner(name), out var owner) && owner.Id != tenant.Id ? owner.Slug.Value : null;

    /// <summary>Whether a ksqlDB service is the tenant's own; the pool that runs the queries of many is the platform's.</summary>
    public static bool IsOwnService(CheckedTenant tenant, string serviceId) => tenant.Level is IsolationLevel.Dedicated && serviceId == tenant.ServiceId;

    /// <summary>Whether a name is the platform's own: internal topics, those of Connect and Pioneer, of services that are not the tenant's.</summary>
    public static bool IsPlatforms(CheckedTenant tenant, string name) => Owner(name) != tenant.Slug.Value && !IsOfOwnService(tenant, name) && HasPlatformsName(name);

    private static bool IsOfOwnService(CheckedTenant tenant, string name) =>
        IsOwnService(tenant, name) || (tenant.Level is IsolationLevel.Dedicated && name.StartsWith(Internals + tenant.ServiceId, StringComparison.Ordinal));

    private static bool HasPlatformsName(string name) =>
        name.StartsWith('_') || name.StartsWith("pioneer", StringComparison.Ordinal) || name.StartsWith("connect-", StringComparison.Ordinal);

    private static ImmutableArray<string> PlatformsAmong(IEnumerable<string> topics, IEnumerable<CheckedTenant> tenants)
    {
        var slugs = tenants.Select(tenant => tenant.Slug.Value).ToHashSet(StringComparer.Ordinal);
        return [.. topics.Where(name => HasPlatformsName(name) && !slugs.Contains(Owner(name))).Order(StringComparer.Ordinal)];
    }
}
