namespace Pioneer.Domain.Provisioning;

/// <summary>Names of the consumer groups that ksqlDB and the portal use.</summary>
public static class ConsumerGroups
{
    /// <summary>Group, transactional-id prefix and internal-topic prefix of a persistent query.</summary>
    public static string Query(string serviceId, string queryId) => $"_confluent-ksql-{serviceId}query_{queryId}";
}
