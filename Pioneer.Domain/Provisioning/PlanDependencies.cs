namespace Pioneer.Domain.Provisioning;

/// <summary>Which changes cannot work when another failed or is left out, so that the rest of a plan still goes on.</summary>
public static class PlanDependencies
{
    /// <summary>Whether <paramref name="change"/> relies on <paramref name="failed"/> having been made.</summary>
    public static bool Needs(Change change, Change failed) => (change, failed) switch
    {
        (KsqlStreamChange stream, TopicChange topic) => stream.Stream.Topic == topic.Topic.Name,
        (KsqlStreamChange stream, KsqlServiceChange service) => stream.Stream.ServiceId == service.Service.ServiceId,
        (KsqlStreamChange stream, KsqlQueryChange { Action: QueryAction.Terminate } query) =>
            stream.Stream.ServiceId == query.ServiceId && query.Touches.Contains(stream.Stream.Name),
        (KsqlServiceChange service, ScramUserChange { Kind: ChangeKind.Create } user) => service.Service.Principal == user.User.User,
        (KsqlServiceChange service, AclChange { Kind: ChangeKind.Create } rule) => rule.Rule.Principal == $"User:{service.Service.Principal}",
        (KsqlQueryChange query, KsqlServiceChange service) => query.ServiceId == service.Service.ServiceId,
        (KsqlQueryChange query, KsqlStreamChange stream) => query.ServiceId == stream.Stream.ServiceId
            && (query.Query?.Source == stream.Stream.Name || query.Query?.Sink == stream.Stream.Name),
        (KsqlQueryChange { Action: QueryAction.Start } query, KsqlQueryChange { Action: QueryAction.Terminate } ended) =>
            query.ServiceId == ended.ServiceId && (ended.HandsOverTo == query.QueryId || ended.Successor?.QueryId == query.QueryId),
        (ConnectorChange connector, TopicChange topic) => connector.Connector.Name == topic.Topic.Name,
        (TopicChange { Kind: ChangeKind.Delete } topic, ConnectorChange connector) => connector.Connector.Name == topic.Topic.Name,
        (TopicChange { Kind: ChangeKind.Delete } topic, KsqlStreamChange stream) => stream.Stream.Topic == topic.Topic.Name,
        _ => false,
    };
}
