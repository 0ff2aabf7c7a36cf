#!/usr/bin/env bash
# Holds docker-compose.yml to what docs/security.md says of it; nothing is started. Ends with 0, or says what is not so.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
broken=0
refuse() { echo "docker-compose.yml: $1"; broken=1; }
environment=$(mktemp)
trap 'rm -f "$environment"' EXIT
secrets=$(grep -oE '^[A-Z_]+_PASSWORD=' deploy/example.env | tr -d '=')

# no secret has a default in any place, and each is in the example that people begin with
if grep -nE '\$\{[A-Z_]+_PASSWORD:?-' docker-compose.yml; then refuse "a secret has a default"; fi
for name in $(grep -oE '\$\{[A-Z_]+_PASSWORD[^A-Z_]' docker-compose.yml | grep -oE '[A-Z_]+_PASSWORD' | sort -u); do
  echo "$secrets" | grep -qx "$name" || refuse "$name is not in deploy/example.env"
  : > "$environment"
  for other in $secrets; do [ "$other" = "$name" ] || echo "$other=x1-Y$RANDOM" >> "$environment"; done
  if docker-compose --env-file "$environment" config > /dev/null 2>&1; then refuse "it starts without $name"; fi
done

: > "$environment"
for name in $secrets; do echo "$name=x1-Y$RANDOM" >> "$environment"; done
config=$(docker-compose --env-file "$environment" config 2>&1) || { echo "$config"; refuse "it cannot be read with every secret set"; exit 1; }

# SQL Server keeps the rights of its image: what it does without them was not tried
services=$(docker-compose --env-file "$environment" config --services | grep -v '^sqlserver$')
for service in $services; do
  lines=$(echo "$config" | awk -v name="  $service:" '$0 == name { on = 1; next } on && /^  [^ ]/ { exit } on && /^[^ ]/ { exit } on')
  echo "$lines" | grep -q -- '- no-new-privileges:true' || refuse "$service may gain privileges (security_opt)"
  echo "$lines" | grep -A1 'cap_drop:' | grep -q -- '- ALL' || refuse "$service keeps capabilities (cap_drop)"
  if echo "$lines" | grep -qE '^ +(privileged: true|network_mode: host|pid: host)'; then refuse "$service reaches into the host"; fi
done

# ports leave the network to this machine only
if echo "$config" | awk '/^ +ports:/ { on = 1; next } on && /^ +- / { print; next } { on = 0 }' | grep -v '127\.0\.0\.1'; then refuse "a port is open beyond loopback"; fi
exit $broken
