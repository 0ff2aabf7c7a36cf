using Pioneer.Portal.Features.Subscriptions;

namespace Pioneer.Portal.Features.Delivery;

/// <summary>Configurations that a reader of a delivery topic can copy: what to connect to, as whom, with which group.</summary>
public sealed class ConnectionSnippets(IConfiguration configuration)
{
    private const string DefaultMechanism = "SCRAM-SHA-512";

    /// <summary>What tenants are told; <c>Kafka:AdvertisedBootstrapServers</c>, else the portal's own address of the cluster.</summary>
    public string BootstrapServers =>
        configuration["Kafka:AdvertisedBootstrapServers"] is { Length: > 0 } advertised ? advertised : configuration["Kafka:BootstrapServers"] ?? "";

    /// <summary>TLS exactly where the portal's own connection has it.</summary>
    public string SecurityProtocol =>
        configuration["Kafka:SecurityProtocol"]?.Contains("Ssl", StringComparison.OrdinalIgnoreCase) is true ? "SASL_SSL" : "SASL_PLAINTEXT";

    public string Kcat(string slug, string user = "USER", string password = "PASSWORD", string mechanism = DefaultMechanism, string? topic = null) =>
        $"""
        # Kafka 4 with SCRAM needs a kcat with librdkafka 2.6.1 or later: see kcat -V
        kcat -b {BootstrapServers} -X security.protocol={SecurityProtocol} -X sasl.mechanism={mechanism} \
          -X sasl.username={user} -X sasl.password='{password}' \
          -X auto.offset.reset=earliest -G {slug}.my-app {topic ?? SubscriptionWords.Topic(slug, "NAME")}
        """;

    public string Java(string slug, string topic) =>
        $$"""
        // java -cp 'kafka/libs/*' Reader.java, with the libraries of Apache Kafka 4 (or org.apache.kafka:kafka-clients)
        import java.time.Duration;
        import java.util.List;
        import java.util.Properties;
        import org.apache.kafka.clients.consumer.KafkaConsumer;

        public class Reader {
            public static void main(String[] args) {
                var settings = new Properties();
                settings.put("bootstrap.servers", "{{BootstrapServers}}");
                settings.put("security.protocol", "{{SecurityProtocol}}");
                settings.put("sasl.mechanism", "{{DefaultMechanism}}");
                settings.put("sasl.jaas.config",
                    "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"USER\" password=\"PASSWORD\";");
                settings.put("group.id", "{{slug}}.my-app");
                settings.put("isolation.level", "read_committed");
                settings.put("auto.offset.reset", "earliest");
                settings.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
                settings.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
                try (var consumer = new KafkaConsumer<String, String>(settings)) {
                    consumer.subscribe(List.of("{{topic}}"));
                    while (true) {
                        for (var record : consumer.poll(Duration.ofSeconds(1))) {
                            System.out.println(record.partition() + " " + record.offset() + " " + record.key() + " " + record.value());
                        }
                    }
                }
            }
        }
        """;

    public string DotNet(string slug, string topic) =>
        $$"""
        #:package Confluent.Kafka@2.16.0
        // dotnet run reader.cs, with .NET 10 or later
        using Confluent.Kafka;

        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = "{{BootstrapServers}}",
            SecurityProtocol = SecurityProtocol.{{(SecurityProtocol == "SASL_SSL" ? "SaslSsl" : "SaslPlaintext")}},
            SaslMechanism = SaslMechanism.ScramSha512,
            SaslUsername = "USER",
            SaslPassword = "PASSWORD",
            GroupId = "{{slug}}.my-app",
            IsolationLevel = IsolationLevel.ReadCommitted,
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        consumer.Subscribe("{{topic}}");
        while (true)
        {
            var record = consumer.Consume();
            Console.WriteLine($"{record.Partition.Value} {record.Offset.Value} {record.Message.Key} {record.Message.Value}");
        }
        """;

    public string Python(string slug, string topic) =>
        $$"""
        # pip install confluent-kafka; Kafka 4 needs one with librdkafka 2.6.1 or later
        from confluent_kafka import Consumer

        consumer = Consumer({
            "bootstrap.servers": "{{BootstrapServers}}",
            "security.protocol": "{{SecurityProtocol}}",
            "sasl.mechanism": "{{DefaultMechanism}}",
            "sasl.username": "USER",
            "sasl.password": "PASSWORD",
            "group.id": "{{slug}}.my-app",
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
        })
        consumer.subscribe(["{{topic}}"])
        while True:
            record = consumer.poll(1)
            if record is None:
                continue
            if record.error():
                raise SystemExit(record.error())
            key = record.key().decode() if record.key() else None
            value = record.value().decode() if record.value() else None
            print(record.partition(), record.offset(), key, value, flush=True)
        """;

    public string Node(string slug, string topic) =>
        $$"""
        import { Kafka } from "kafkajs";

        const kafka = new Kafka({
          brokers: [{{string.Join(", ", BootstrapServers.Split(',').Select(b => $"\"{b.Trim()}\""))}}],
          ssl: {{(SecurityProtocol == "SASL_SSL" ? "true" : "false")}},
          sasl: { mechanism: "scram-sha-512", username: "USER", password: "PASSWORD" },
        });
        const consumer = kafka.consumer({ groupId: "{{slug}}.my-app" });
        await consumer.connect();
        await consumer.subscribe({ topic: "{{topic}}", fromBeginning: true });
        await consumer.run({
          eachMessage: async ({ partition, message }) =>
            console.log(partition, message.offset, message.key?.toString(), message.value?.toString()),
        });
        """;

    public static string ServerSentEvents(string portal, string slug, string subscription) =>
        $"""
        curl -N -H "Authorization: Bearer TOKEN" \
          {portal.TrimEnd('/')}/api/v1/tenants/{slug}/subscriptions/{subscription}/events

        # go on where you were: send the last id you saw, whole. It names the next offset of every partition and the
        # topic, such as 0:42,1:17,2:40@uXq3K0pGSiO9bV5v0d1o2A; a partition that it leaves out begins anew
        curl -N -H "Authorization: Bearer TOKEN" -H "Last-Event-ID: LAST_ID" \
          {portal.TrimEnd('/')}/api/v1/tenants/{slug}/subscriptions/{subscription}/events
        """;
}
