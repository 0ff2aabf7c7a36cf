#!/usr/bin/env bash
# A broker is healthy when it answers a signed-in client on its own internal listener
set -euo pipefail
source /etc/pioneer/admin.sh
/opt/kafka/bin/kafka-broker-api-versions.sh --bootstrap-server "$(hostname):19092" --command-config "$admin_properties" > /dev/null
