namespace Pioneer.Jobs.Kafka.Wire;

/// <summary>The requests that Confluent.Kafka does not have or cannot be trusted with, and what it takes to sign in for them; numbers are Kafka's.</summary>
internal enum WireApi : short
{
    Metadata = 3,
    OffsetFetch = 9,
    FindCoordinator = 10,
    SaslHandshake = 17,
    ApiVersions = 18,
    SaslAuthenticate = 36,
    DescribeClientQuotas = 48,
    AlterClientQuotas = 49,
}
