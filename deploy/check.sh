#!/usr/bin/env bash
# Holds docker-compose.yml to what docs/security.md says of it; nothing is started. Ends with 0, or says what is not so.
# With --pinned every image of others must have its digest too (deploy/pin.sh writes them).
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

part() { echo "$config" | awk -v name="  $1:" '$0 == name { on = 1; next } on && /^  [^ ]/ { exit } on && /^[^ ]/ { exit } on'; }

# What is left to an image, as what it does without was not tried: SQL Server keeps its capabilities; it, Connect and ksqlDB write into themselves when they start
keeps_capabilities=(sqlserver) writes=(sqlserver connect ksqldb)
among() { local one; for one in "${@:2}"; do [ "$one" != "$1" ] || return 0; done; return 1; }
for service in $(docker-compose --env-file "$environment" config --services); do
  lines=$(part "$service")
  if ! among "$service" "${keeps_capabilities[@]}"; then
    echo "$lines" | grep -q -- '- no-new-privileges:true' || refuse "$service may gain privileges (security_opt)"
    echo "$lines" | grep -A1 'cap_drop:' | grep -q -- '- ALL' || refuse "$service keeps capabilities (cap_drop)"
  fi
  if ! among "$service" "${writes[@]}"; then
    echo "$lines" | grep -qE '^ +read_only: true' || refuse "$service can change its own image (read_only)"
    echo "$lines" | grep -A1 'tmpfs:' | grep -q -- '- /tmp' || refuse "$service has no place for what it needs for the moment (tmpfs)"
  fi
  for limit in mem_limit cpus pids_limit; do
    echo "$lines" | grep -qE "^ +$limit: " || refuse "$service may take all of the machine ($limit)"
  done
  if echo "$lines" | grep -qE '^ +(privileged: true|network_mode: host|pid: host)'; then refuse "$service reaches into the host"; fi
done

# least rights: the portal is no administrator of the database or the brokers, and its secrets are files
portal=$(part portal)
if echo "$config" | grep 'KAFKA_SUPER_USERS' | grep -vqE ': User:admin$'; then refuse "somebody beside the set-up is a super user of the brokers"; fi
if echo "$portal" | grep -qiE 'User Id=sa|SQLSERVER_PASSWORD|KAFKA_ADMIN_PASSWORD'; then refuse "the portal is an administrator of what it uses"; fi
if echo "$portal" | grep -iE '(password|connectionstring|token|secret)[A-Za-z_]*: ' | grep -vE ': /run/secrets/|Connect__SecretReference: '; then refuse "a secret of the portal stands in its environment"; fi
# everybody's right of a kind is the portal's administration of topics and groups, and never over records
wide=$(grep -vE '^ *(#|$)' deploy/kafka/rights | awk '$4 == "*" && !($1 == "pioneer" && ($3 == "Group" || ($2 !~ /Read|Write|All/)))')
[ -z "$wide" ] || { echo "$wide"; refuse "a principal has rights over everything of a kind (deploy/kafka/rights)"; }

# everything between services is encrypted
if echo "$config" | grep -nE 'PLAINTEXT|http://(connect|ksqldb|0\.0\.0\.0)|TrustServerCertificate|Encrypt=(false|optional)'; then refuse "something goes between services in the clear"; fi

# images are named by a tag that does not move; by digest, once they were looked at
for image in $(echo "$config" | awk '$1 == "image:" { print $2 }' | grep -v '^pioneer-' | sort -u) $(grep -hoE '^FROM +[^ ]+' Dockerfile deploy/connect/Dockerfile | awk '{ print $2 }'); do
  case $image in
    *@sha256:*) ;;
    *:latest) refuse "$image is whatever it is on the day" ;;
    *:*) [ "${1:-}" != --pinned ] || refuse "$image has no digest (deploy/pin.sh)" ;;
    *) refuse "$image has no version" ;;
  esac
done

# ports leave the network to this machine only
if echo "$config" | awk '/^ +ports:/ { on = 1; next } on && /^ +- / { print; next } { on = 0 }' | grep -v '127\.0\.0\.1'; then refuse "a port is open beyond loopback"; fi
exit $broken
