#!/usr/bin/env bash
# The platform's own principals: created once, idempotent. Tenants' principals are the portal's business.
set -euo pipefail
server=kafka-1:19092
kafka=/opt/kafka/bin
source /etc/pioneer/admin.sh
admin=(--bootstrap-server "$server" --command-config "$admin_properties")

user() { # NAME PASSWORD
  "$kafka/kafka-configs.sh" "${admin[@]}" --alter --entity-type users --entity-name "$1" \
    --add-config "SCRAM-SHA-512=[iterations=8192,password=$2]"
}
allow() { "$kafka/kafka-acls.sh" "${admin[@]}" --add --force --allow-principal "$@" > /dev/null; }

user pioneer "$PIONEER_KAFKA_PASSWORD"
user pioneer-connect "$CONNECT_KAFKA_PASSWORD"
user pioneer-ksql "$KSQL_KAFKA_PASSWORD"

# Connect: its own topics, group and transactions. Its right to write a tenant's T topics is part of that tenant's plan.
allow User:pioneer-connect --operation All --topic connect- --resource-pattern-type prefixed
allow User:pioneer-connect --operation All --group pioneer-connect
allow User:pioneer-connect --operation Describe --operation Write --transactional-id '*'
allow User:pioneer-connect --operation IdempotentWrite --cluster

# The shared ksqlDB service: everything under its own service id. Tenants' topics come with their plans.
allow User:pioneer-ksql --operation All --topic _confluent-ksql-pioneer_ --resource-pattern-type prefixed
allow User:pioneer-ksql --operation All --group _confluent-ksql-pioneer_ --resource-pattern-type prefixed
allow User:pioneer-ksql --operation All --topic pioneer_ksql_processing_log
allow User:pioneer-ksql --operation Describe --operation Write --transactional-id pioneer_
allow User:pioneer-ksql --operation Describe --operation Write --transactional-id _confluent-ksql-pioneer_ --resource-pattern-type prefixed
allow User:pioneer-ksql --operation DescribeConfigs --cluster
