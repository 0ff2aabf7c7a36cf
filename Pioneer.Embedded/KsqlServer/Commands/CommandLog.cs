using System.Text;
using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Kafka;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Embedded.Ksql.Commands;

/// <summary>
/// The durable list of a service's statements: a topic of one partition. A statement counts once it is written here with all
/// acknowledgements; after a crash the service is what reading the topic from its start makes it. One caller at a time.
/// </summary>
internal sealed class CommandLog(string serviceId, KafkaClients clients, TopicAdmin topics) : IDisposable
{
    private readonly OwnedClient<IProducer<byte[]?, byte[]?>> _producer = new(
        () => clients.Producer($"_confluent-ksql-{serviceId}_commands", transactionalId: null));

    private bool _uncertain;

    /// <summary>The topic, as ksqlDB names it.</summary>
    public string Topic { get; } = $"_confluent-ksql-{serviceId}_command_topic";

    /// <summary>Offset of the next command to be read.</summary>
    public long Next { get; private set; }

    /// <summary>Whether a write ended without an answer, so that <see cref="ReadNewAsync"/> must be called before the next.</summary>
    public bool IsUncertain => _uncertain;

    /// <summary>Makes the topic where it is missing.</summary>
    public async Task EnsureTopicAsync()
    {
        if (topics.Describe(Topic) is null)
        {
            await topics.CreateAsync(Topic, 1, null, new Dictionary<string, string>(StringComparer.Ordinal) { ["retention.ms"] = "-1", ["cleanup.policy"] = "delete" });
        }
    }

    /// <summary>Reads everything from <see cref="Next"/> to the end.</summary>
    public async Task<IReadOnlyList<Command>> ReadNewAsync(CancellationToken stop)
    {
        // a fetch at the end is answered only once it has waited for more, so where the end is must be asked
        var end = await topics.EndAsync(new TopicPartition(Topic, 0));
        if (end < Next)
        {
            // the topic was made anew behind our back: what it says now is what counts
            Next = 0;
        }

        var commands = end > Next ? await Task.Run(() => ReadUntil(end, stop), stop) : [];
        _uncertain = false;
        return commands;
    }

    /// <summary>Writes a command and returns its offset. A failure leaves open whether it is written.</summary>
    public async Task<long> AppendAsync(Command command)
    {
        _uncertain = true;
        var message = new Message<byte[]?, byte[]?> { Key = Encoding.UTF8.GetBytes(command.Id), Value = command.Serialize() };
        var written = await _producer.Use(producer => producer.ProduceAsync(new TopicPartition(Topic, 0), message));
        if (written.Offset.Value == Next)
        {
            _uncertain = false;
            Next = written.Offset.Value + 1;
        }

        return written.Offset.Value;
    }

    public void Dispose() => _producer.Dispose();

    private IReadOnlyList<Command> ReadUntil(long end, CancellationToken stop)
    {
        using var consumer = clients.Consumer($"_confluent-ksql-{serviceId}_command_reader");
        consumer.Assign(new TopicPartitionOffset(Topic, 0, Next));
        var commands = new List<Command>();
        var position = Next;
        while (position < end)
        {
            var result = consumer.Consume(stop);
            if (result.IsPartitionEOF)
            {
                position = result.Offset.Value;
                continue;
            }

            var id = Encoding.UTF8.GetString(result.Message.Key ?? []);
            commands.Add(Command.Deserialize(result.Offset.Value, id, result.Message.Value ?? []));
            position = result.Offset.Value + 1;
        }

        // only now: what a failure cut off is read again from where the last whole reading ended
        Next = position;
        return commands;
    }
}
