#!/usr/bin/env bash
# The platform's own principals: created once, idempotent. Tenants' principals are the portal's business.
set -euo pipefail
server=kafka-1:19092
kafka=/opt/kafka/bin
source /etc/pioneer/admin.sh
admin=(--bootstrap-server "$server" --command-config "$admin_properties")

user() { # NAME PASSWORD
  # by a file that only this account reads: arguments stand in every account's list of processes
  local settings
  settings=$(mktemp)
  printf 'SCRAM-SHA-512=iterations=8192,password=%s\n' "$2" > "$settings"
  "$kafka/kafka-configs.sh" "${admin[@]}" --alter --entity-type users --entity-name "$1" --add-config-file "$settings"
  rm "$settings"
}

user pioneer "$PIONEER_KAFKA_PASSWORD"
user pioneer-connect "$CONNECT_KAFKA_PASSWORD"
user pioneer-ksql "$KSQL_KAFKA_PASSWORD"

declare -A option=([Cluster]=--cluster [Topic]=--topic [Group]=--group [TransactionalId]=--transactional-id)
grep -vE '^ *(#|$)' /etc/pioneer/rights | while read -r principal operations resource name pattern; do
  rule=(--allow-principal "User:$principal" "${option[$resource]}")
  if [ "$resource" != Cluster ]; then rule+=("$name" --resource-pattern-type "${pattern:-literal}"); fi
  for operation in ${operations//,/ }; do rule+=(--operation "$operation"); done
  "$kafka/kafka-acls.sh" "${admin[@]}" --add --force "${rule[@]}" < /dev/null > /dev/null
done

# what an earlier release gave: every transaction of the cluster to Connect, and more than the portal needs
"$kafka/kafka-acls.sh" "${admin[@]}" --remove --force --allow-principal User:pioneer-connect --operation Describe --operation Write --transactional-id '*' > /dev/null
