#!/usr/bin/env bash
# Confluent.Kafka 2.16.0 cannot write a record whose time is 1970-01-01T00:00:00Z: it is dated now.
#
# What one would expect: a message with the Timestamp 0 (CreateTime) is written with it, as one with 1 is written with 1.
#
# What happens: 0 is librdkafka's word for 'take the time of day'. A record of exactly 0 comes out with the wall clock, without a word, and with it windows, retention and
# time-based look-ups; its neighbours a millisecond away keep their own. The type cannot say 'no time' and 'the first millisecond' apart: the default of Timestamp is 0 too.
#
# What it means: feeds that use the epoch for 'unknown date' (databases do), and copies of topics made with this client, move such records decades into the present: a windowed sum
# counts them today, and retention by time keeps them for its whole length instead of deleting them at once. Carry the time in the value or a header where the epoch can
# occur, or date such records 1.
#
# Versions: Confluent.Kafka 2.16.0 with the librdkafka it brings; the cluster is librdkafka's own mock. Needs the .NET 10 SDK.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > epoch.cs <<'CS'
#:package Confluent.Kafka@2.16.0
#:property PublishAot=false
using Confluent.Kafka;

// the mock cluster lives as long as this producer; the consumer finds it at the address that its metadata names
var settings = new Dictionary<string, string> { ["bootstrap.servers"] = "unused", ["test.mock.num.brokers"] = "1", ["log_level"] = "0" };
using var producer = new ProducerBuilder<Null, string>(settings).Build();
var place = new TopicPartition("t", 0);
long[] times = [1, 0, 1_000];
var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
foreach (var time in times)
{
    await producer.ProduceAsync(place, new Message<Null, string> { Value = $"{time}", Timestamp = new Timestamp(time, TimestampType.CreateTime) });
}

using var admin = new DependentAdminClientBuilder(producer.Handle).Build();
var broker = admin.GetMetadata(TimeSpan.FromSeconds(30)).Brokers[0];
using var consumer = new ConsumerBuilder<Null, string>(new ConsumerConfig { BootstrapServers = $"{broker.Host}:{broker.Port}", GroupId = "g" }).Build();
consumer.Assign(new TopicPartitionOffset(place, Offset.Beginning));
var read = new List<long>();
while (read.Count < times.Length)
{
    var record = consumer.Consume(TimeSpan.FromSeconds(60)) ?? throw new TimeoutException("nothing more came");
    read.Add(record.Message.Timestamp.UnixTimestampMs);
    Console.WriteLine($"written with {record.Message.Value}, read with {(read[^1] >= before ? "the time of day" : read[^1])}");
}

return read[0] == 1 && read[1] >= before && read[2] == 1_000 ? 0 : 1;
CS
dotnet run epoch.cs || { echo "changed: the client no longer does so"; exit 1; }
echo "as described: the epoch becomes now, its neighbours stay"
# seen on 2026-11-30:
#   written with 1, read with 1
#   written with 0, read with the time of day
#   written with 1000, read with 1000
