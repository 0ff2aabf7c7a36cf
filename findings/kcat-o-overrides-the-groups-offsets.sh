#!/usr/bin/env bash
# kcat 1.7.1 -G GROUP -o beginning reads everything again at each start.
#
# What one would expect: with a consumer group, -o says where to begin in a partition for which the group has no offset, as auto.offset.reset does
# in every other client. kcat's help lists -o under 'Offset to start consuming from' without a word on groups.
#
# What happens: kcat commits the group's offsets like any member, and then overrides them with -o whenever partitions are assigned to it. A second start with
# -o beginning prints every record once more; the same command without -o prints nothing, which shows that the offsets were there.
#
# What it means: a command of the kind 'kcat -o beginning -G my-app topic', copied into a cron job or a supervised script, delivers the whole topic again after each
# restart and each rebalance. -X auto.offset.reset=earliest begins at the first record once and goes on from the group's offsets afterwards.
#
# Versions: kcat 1.7.1-2, librdkafka1 2.0.2-1 (Debian 12); the cluster is librdkafka's own mock, from Confluent.Kafka 2.16.0. Needs apt-get download and the .NET 10 SDK.
set -euo pipefail
folder=$(mktemp -d)
cleanup() { exec 3>&- || true; wait || true; rm -rf "$folder"; }
trap cleanup EXIT
cd "$folder"

apt-get download -qq kcat=1.7.1-2 librdkafka1=2.0.2-1 libyajl2 > /dev/null 2>&1
for package in ./*.deb; do dpkg -x "$package" root; done
library_path=$(dirname "$(find root -name 'librdkafka.so.1')")
kcat() { LD_LIBRARY_PATH="$folder/$library_path" timeout 60 "$folder/root/usr/bin/kcat" "$@" 2> /dev/null; }

mkdir mock
cat > mock/mock.cs <<'CS'
#:package Confluent.Kafka@2.16.0
#:property PublishAot=false
using Confluent.Kafka;

// the mock cluster lives as long as this producer; others find it at the address that its metadata names
var settings = new Dictionary<string, string> { ["bootstrap.servers"] = "unused", ["test.mock.num.brokers"] = "1", ["log_level"] = "0" };
using var producer = new ProducerBuilder<Null, string>(settings).Build();
foreach (var value in new[] { "one", "two" })
{
    await producer.ProduceAsync(new TopicPartition("t", 0), new Message<Null, string> { Value = value });
}

using var admin = new DependentAdminClientBuilder(producer.Handle).Build();
var broker = admin.GetMetadata(TimeSpan.FromSeconds(30)).Brokers[0];
await File.WriteAllTextAsync(args[0], $"{broker.Host}:{broker.Port}");
Console.In.ReadLine();
CS
mkfifo stop
dotnet run mock/mock.cs -- "$folder/address" < stop > mock.log 2>&1 &
exec 3> stop
for _ in $(seq 1 240); do [ -s address ] && break; sleep 1; done
[ -s address ] || { cat mock.log; echo "the mock cluster did not start"; exit 1; }
broker=$(cat address)

read_with() { kcat -b "$broker" "$@" -e -q -G group t | tr '\n' ' '; }
first=$(read_with -o beginning)
second=$(read_with -o beginning)
without=$(read_with)
printf 'first start, -o beginning:  %s\nsecond start, -o beginning: %s\nthen without -o:            %s\n' "$first" "$second" "${without:-(nothing)}"
[ "$first" = "one two " ] && [ "$second" = "one two " ] && [ -z "$without" ] || { echo "changed: kcat no longer does so"; exit 1; }
echo "as described: -o overrides what the group has committed"
# seen on 2026-11-29:
#   first start, -o beginning:  one two
#   second start, -o beginning: one two
#   then without -o:            (nothing)
