namespace Pioneer.Domain.Provisioning;

/// <summary>Which observed things a plan is about, so that one tenant's plan does not list its neighbours as foreign.</summary>
internal static class PlanScope
{
    public static bool HasTopic(DesiredState desired, string topic) =>
        desired.Scope is { } tenant ? topic.StartsWith(TopicNames.Prefix(tenant), StringComparison.Ordinal) : !topic.StartsWith('_');

    public static bool HasConnector(DesiredState desired, string connector) =>
        desired.Scope is not { } tenant || connector.StartsWith(TopicNames.Prefix(tenant), StringComparison.Ordinal);

    public static bool HasUser(DesiredState desired, string user) =>
        desired.Scope is { } tenant ? user.StartsWith(TopicNames.Prefix(tenant), StringComparison.Ordinal) : !Principals.IsPassing(user);

    public static bool HasAcl(DesiredState desired, AclRule rule) =>
        !Principals.IsPassing(rule.Principal["User:".Length..])
        && (desired.Scope is not { } tenant
            || rule.ResourceName.StartsWith(TopicNames.Prefix(tenant), StringComparison.Ordinal)
            || rule.Principal.StartsWith($"User:{TopicNames.Prefix(tenant)}", StringComparison.Ordinal));

    public static bool HasQuota(DesiredState desired, QuotaEntity entity) =>
        desired.Scope is not { } tenant
        || entity.User?.StartsWith(TopicNames.Prefix(tenant), StringComparison.Ordinal) == true
        || entity.ClientId?.StartsWith(TopicNames.Prefix(tenant), StringComparison.Ordinal) == true;

    public static bool HasService(DesiredState desired, string serviceId) =>
        desired.Scope is not { } tenant || serviceId == KsqlNames.ServiceId(tenant);

    public static bool HasKsql(DesiredState desired, KsqlObjectName name) =>
        desired.Scope is not { } tenant
        || name.ServiceId == KsqlNames.ServiceId(tenant)
        || name.Name.StartsWith(KsqlNames.Prefix(tenant), StringComparison.Ordinal);
}
