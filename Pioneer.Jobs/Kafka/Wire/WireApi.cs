namespace Pioneer.Jobs.Kafka.Wire;

/// <summary>The requests that Confluent.Kafka does not have, and what it takes to sign in for them; numbers are Kafka's.</summary>
internal enum WireApi : short
{
    SaslHandshake = 17,
    ApiVersions = 18,
    SaslAuthenticate = 36,
    DescribeClientQuotas = 48,
    AlterClientQuotas = 49,
}
