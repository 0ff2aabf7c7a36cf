namespace Pioneer.Embedded;

/// <summary>Where the parts of an embedded platform answer; null for a part that does not run.</summary>
/// <param name="Kafka">host:port of the listener without authentication.</param>
/// <param name="KafkaSasl">host:port of the SASL listener.</param>
/// <param name="Ksql">Base URL of the ksql server.</param>
/// <param name="Connect">Base URL of the Connect worker.</param>
/// <param name="DemoBankUrl">JDBC URL of the demo bank.</param>
public sealed record EmbeddedEndpoints(string? Kafka, string? KafkaSasl, string? Ksql, string? Connect, string? DemoBankUrl);
