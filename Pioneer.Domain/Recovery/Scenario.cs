namespace Pioneer.Domain.Recovery;

/// <summary>A kind of disaster that this release recognises and has a playbook for. Numbers are those of research/dr.md.</summary>
/// <param name="Number">Such as <c>S10</c>; stable.</param>
/// <param name="Meaning">What it means for the data, for people.</param>
/// <param name="Drill">What a drill of it does to the platform; null where it cannot be drilled.</param>
public sealed record Scenario(string Number, string Name, string Meaning, string? Drill)
{
    /// <summary>No broker answers.</summary>
    public static readonly Scenario ClusterUnavailable = new(
        "S01", "Kafka cluster unavailable",
        "Nothing is lost while it lasts: connectors hold their position and polled tables keep their rows. What is already in topics is at risk "
        + "only when the outage outlasts their retention.",
        "Stops the brokers, waits until it is noticed, starts them again.");

    /// <summary>A connector or one of its tasks reports FAILED.</summary>
    public static readonly Scenario ConnectorFailed = new(
        "S10", "Connector or task failed",
        "Nothing is lost: the connector's position is kept and the polled table keeps its rows. New rows wait in the source.",
        "Makes the connector's task fail, waits until it is noticed, then the playbook restarts it.");

    /// <summary>Every scenario that has a detector and a playbook.</summary>
    public static readonly IReadOnlyList<Scenario> Catalogue = [ClusterUnavailable, ConnectorFailed];

    /// <summary>The scenario with the number; null when this release does not know it.</summary>
    public static Scenario? Find(string number) => Catalogue.FirstOrDefault(scenario => scenario.Number == number);
}
