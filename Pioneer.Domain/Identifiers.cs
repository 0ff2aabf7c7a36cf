namespace Pioneer.Domain;

/// <summary>An id that cannot be mistaken for another kind of id. Values are UUID version 7 from <see cref="IIdGenerator"/>.</summary>
public interface ITypedId<TSelf> where TSelf : struct, ITypedId<TSelf>
{
    Guid Value { get; }

    static abstract TSelf From(Guid value);
}

/// <summary>Identifies one Tenant.</summary>
public readonly record struct TenantId(Guid Value) : ITypedId<TenantId>, IParsable<TenantId>, IComparable<TenantId>
{
    public static TenantId From(Guid value) => new(value);

    public static TenantId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse(string? s, IFormatProvider? provider, out TenantId result)
    {
        var parsed = Guid.TryParse(s, out var value);
        result = new(value);
        return parsed;
    }

    public int CompareTo(TenantId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(TenantId left, TenantId right) => left.CompareTo(right) < 0;

    public static bool operator >(TenantId left, TenantId right) => left.CompareTo(right) > 0;

    public static bool operator <=(TenantId left, TenantId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(TenantId left, TenantId right) => left.CompareTo(right) >= 0;
}

/// <summary>Identifies one Source.</summary>
public readonly record struct SourceId(Guid Value) : ITypedId<SourceId>, IParsable<SourceId>, IComparable<SourceId>
{
    public static SourceId From(Guid value) => new(value);

    public static SourceId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse(string? s, IFormatProvider? provider, out SourceId result)
    {
        var parsed = Guid.TryParse(s, out var value);
        result = new(value);
        return parsed;
    }

    public int CompareTo(SourceId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(SourceId left, SourceId right) => left.CompareTo(right) < 0;

    public static bool operator >(SourceId left, SourceId right) => left.CompareTo(right) > 0;

    public static bool operator <=(SourceId left, SourceId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SourceId left, SourceId right) => left.CompareTo(right) >= 0;
}

/// <summary>Identifies one Feed.</summary>
public readonly record struct FeedId(Guid Value) : ITypedId<FeedId>, IParsable<FeedId>, IComparable<FeedId>
{
    public static FeedId From(Guid value) => new(value);

    public static FeedId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse(string? s, IFormatProvider? provider, out FeedId result)
    {
        var parsed = Guid.TryParse(s, out var value);
        result = new(value);
        return parsed;
    }

    public int CompareTo(FeedId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(FeedId left, FeedId right) => left.CompareTo(right) < 0;

    public static bool operator >(FeedId left, FeedId right) => left.CompareTo(right) > 0;

    public static bool operator <=(FeedId left, FeedId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(FeedId left, FeedId right) => left.CompareTo(right) >= 0;
}

/// <summary>Identifies one Entitlement.</summary>
public readonly record struct EntitlementId(Guid Value) : ITypedId<EntitlementId>, IParsable<EntitlementId>, IComparable<EntitlementId>
{
    public static EntitlementId From(Guid value) => new(value);

    public static EntitlementId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse(string? s, IFormatProvider? provider, out EntitlementId result)
    {
        var parsed = Guid.TryParse(s, out var value);
        result = new(value);
        return parsed;
    }

    public int CompareTo(EntitlementId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(EntitlementId left, EntitlementId right) => left.CompareTo(right) < 0;

    public static bool operator >(EntitlementId left, EntitlementId right) => left.CompareTo(right) > 0;

    public static bool operator <=(EntitlementId left, EntitlementId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(EntitlementId left, EntitlementId right) => left.CompareTo(right) >= 0;
}

/// <summary>Identifies one Subscription.</summary>
public readonly record struct SubscriptionId(Guid Value) : ITypedId<SubscriptionId>, IParsable<SubscriptionId>, IComparable<SubscriptionId>
{
    public static SubscriptionId From(Guid value) => new(value);

    public static SubscriptionId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse(string? s, IFormatProvider? provider, out SubscriptionId result)
    {
        var parsed = Guid.TryParse(s, out var value);
        result = new(value);
        return parsed;
    }

    public int CompareTo(SubscriptionId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(SubscriptionId left, SubscriptionId right) => left.CompareTo(right) < 0;

    public static bool operator >(SubscriptionId left, SubscriptionId right) => left.CompareTo(right) > 0;

    public static bool operator <=(SubscriptionId left, SubscriptionId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SubscriptionId left, SubscriptionId right) => left.CompareTo(right) >= 0;
}

/// <summary>Identifies one QueryDraft.</summary>
public readonly record struct QueryDraftId(Guid Value) : ITypedId<QueryDraftId>, IParsable<QueryDraftId>, IComparable<QueryDraftId>
{
    public static QueryDraftId From(Guid value) => new(value);

    public static QueryDraftId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse(string? s, IFormatProvider? provider, out QueryDraftId result)
    {
        var parsed = Guid.TryParse(s, out var value);
        result = new(value);
        return parsed;
    }

    public int CompareTo(QueryDraftId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(QueryDraftId left, QueryDraftId right) => left.CompareTo(right) < 0;

    public static bool operator >(QueryDraftId left, QueryDraftId right) => left.CompareTo(right) > 0;

    public static bool operator <=(QueryDraftId left, QueryDraftId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(QueryDraftId left, QueryDraftId right) => left.CompareTo(right) >= 0;
}

/// <summary>Identifies one Credential.</summary>
public readonly record struct CredentialId(Guid Value) : ITypedId<CredentialId>, IParsable<CredentialId>, IComparable<CredentialId>
{
    public static CredentialId From(Guid value) => new(value);

    public static CredentialId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse(string? s, IFormatProvider? provider, out CredentialId result)
    {
        var parsed = Guid.TryParse(s, out var value);
        result = new(value);
        return parsed;
    }

    public int CompareTo(CredentialId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(CredentialId left, CredentialId right) => left.CompareTo(right) < 0;

    public static bool operator >(CredentialId left, CredentialId right) => left.CompareTo(right) > 0;

    public static bool operator <=(CredentialId left, CredentialId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(CredentialId left, CredentialId right) => left.CompareTo(right) >= 0;
}

/// <summary>Identifies one SeedJob.</summary>
public readonly record struct SeedJobId(Guid Value) : ITypedId<SeedJobId>, IParsable<SeedJobId>, IComparable<SeedJobId>
{
    public static SeedJobId From(Guid value) => new(value);

    public static SeedJobId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse(string? s, IFormatProvider? provider, out SeedJobId result)
    {
        var parsed = Guid.TryParse(s, out var value);
        result = new(value);
        return parsed;
    }

    public int CompareTo(SeedJobId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(SeedJobId left, SeedJobId right) => left.CompareTo(right) < 0;

    public static bool operator >(SeedJobId left, SeedJobId right) => left.CompareTo(right) > 0;

    public static bool operator <=(SeedJobId left, SeedJobId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SeedJobId left, SeedJobId right) => left.CompareTo(right) >= 0;
}

/// <summary>Identifies one SeedRun.</summary>
public readonly record struct SeedRunId(Guid Value) : ITypedId<SeedRunId>, IParsable<SeedRunId>, IComparable<SeedRunId>
{
    public static SeedRunId From(Guid value) => new(value);

    public static SeedRunId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse(string? s, IFormatProvider? provider, out SeedRunId result)
    {
        var parsed = Guid.TryParse(s, out var value);
        result = new(value);
        return parsed;
    }

    public int CompareTo(SeedRunId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(SeedRunId left, SeedRunId right) => left.CompareTo(right) < 0;

    public static bool operator >(SeedRunId left, SeedRunId right) => left.CompareTo(right) > 0;

    public static bool operator <=(SeedRunId left, SeedRunId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SeedRunId left, SeedRunId right) => left.CompareTo(right) >= 0;
}

/// <summary>Identifies one Operation.</summary>
public readonly record struct OperationId(Guid Value) : ITypedId<OperationId>, IParsable<OperationId>, IComparable<OperationId>
{
    public static OperationId From(Guid value) => new(value);

    public static OperationId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse(string? s, IFormatProvider? provider, out OperationId result)
    {
        var parsed = Guid.TryParse(s, out var value);
        result = new(value);
        return parsed;
    }

    public int CompareTo(OperationId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(OperationId left, OperationId right) => left.CompareTo(right) < 0;

    public static bool operator >(OperationId left, OperationId right) => left.CompareTo(right) > 0;

    public static bool operator <=(OperationId left, OperationId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(OperationId left, OperationId right) => left.CompareTo(right) >= 0;
}

/// <summary>Identifies one PlaybookRun.</summary>
public readonly record struct PlaybookRunId(Guid Value) : ITypedId<PlaybookRunId>, IParsable<PlaybookRunId>, IComparable<PlaybookRunId>
{
    public static PlaybookRunId From(Guid value) => new(value);

    public static PlaybookRunId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse(string? s, IFormatProvider? provider, out PlaybookRunId result)
    {
        var parsed = Guid.TryParse(s, out var value);
        result = new(value);
        return parsed;
    }

    public int CompareTo(PlaybookRunId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(PlaybookRunId left, PlaybookRunId right) => left.CompareTo(right) < 0;

    public static bool operator >(PlaybookRunId left, PlaybookRunId right) => left.CompareTo(right) > 0;

    public static bool operator <=(PlaybookRunId left, PlaybookRunId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(PlaybookRunId left, PlaybookRunId right) => left.CompareTo(right) >= 0;
}

/// <summary>Identifies one Incident.</summary>
public readonly record struct IncidentId(Guid Value) : ITypedId<IncidentId>, IParsable<IncidentId>, IComparable<IncidentId>
{
    public static IncidentId From(Guid value) => new(value);

    public static IncidentId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse(string? s, IFormatProvider? provider, out IncidentId result)
    {
        var parsed = Guid.TryParse(s, out var value);
        result = new(value);
        return parsed;
    }

    public int CompareTo(IncidentId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(IncidentId left, IncidentId right) => left.CompareTo(right) < 0;

    public static bool operator >(IncidentId left, IncidentId right) => left.CompareTo(right) > 0;

    public static bool operator <=(IncidentId left, IncidentId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(IncidentId left, IncidentId right) => left.CompareTo(right) >= 0;
}

/// <summary>Identifies one ApiToken.</summary>
public readonly record struct ApiTokenId(Guid Value) : ITypedId<ApiTokenId>, IParsable<ApiTokenId>, IComparable<ApiTokenId>
{
    public static ApiTokenId From(Guid value) => new(value);

    public static ApiTokenId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse(string? s, IFormatProvider? provider, out ApiTokenId result)
    {
        var parsed = Guid.TryParse(s, out var value);
        result = new(value);
        return parsed;
    }

    public int CompareTo(ApiTokenId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(ApiTokenId left, ApiTokenId right) => left.CompareTo(right) < 0;

    public static bool operator >(ApiTokenId left, ApiTokenId right) => left.CompareTo(right) > 0;

    public static bool operator <=(ApiTokenId left, ApiTokenId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ApiTokenId left, ApiTokenId right) => left.CompareTo(right) >= 0;
}

/// <summary>Identifies one OneTimeLink.</summary>
public readonly record struct OneTimeLinkId(Guid Value) : ITypedId<OneTimeLinkId>, IParsable<OneTimeLinkId>, IComparable<OneTimeLinkId>
{
    public static OneTimeLinkId From(Guid value) => new(value);

    public static OneTimeLinkId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse(string? s, IFormatProvider? provider, out OneTimeLinkId result)
    {
        var parsed = Guid.TryParse(s, out var value);
        result = new(value);
        return parsed;
    }

    public int CompareTo(OneTimeLinkId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(OneTimeLinkId left, OneTimeLinkId right) => left.CompareTo(right) < 0;

    public static bool operator >(OneTimeLinkId left, OneTimeLinkId right) => left.CompareTo(right) > 0;

    public static bool operator <=(OneTimeLinkId left, OneTimeLinkId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(OneTimeLinkId left, OneTimeLinkId right) => left.CompareTo(right) >= 0;
}

/// <summary>Identifies one Session.</summary>
public readonly record struct SessionId(Guid Value) : ITypedId<SessionId>, IParsable<SessionId>, IComparable<SessionId>
{
    public static SessionId From(Guid value) => new(value);

    public static SessionId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse(string? s, IFormatProvider? provider, out SessionId result)
    {
        var parsed = Guid.TryParse(s, out var value);
        result = new(value);
        return parsed;
    }

    public int CompareTo(SessionId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(SessionId left, SessionId right) => left.CompareTo(right) < 0;

    public static bool operator >(SessionId left, SessionId right) => left.CompareTo(right) > 0;

    public static bool operator <=(SessionId left, SessionId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SessionId left, SessionId right) => left.CompareTo(right) >= 0;
}
