#!/usr/bin/env bash
# Makes the authority and the certificates that the services of docker-compose.yml show each other:
#
#   deploy/tls.sh [FOLDER]        deploy/tls unless said; what is there and good for 30 days more stays, so that it can be run again at any time
#
# The folder is closed to other accounts of this machine; in it each service has a folder of its own, the only one that its container sees. The authority's
# key is needed to renew only: keep authority.key elsewhere and put it back for that. Certificates are good for 397 days, the authority for ten years.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1:-deploy/tls}
services=(kafka-1 kafka-2 kafka-3 connect ksqldb sqlserver)
soon=$((30 * 24 * 3600))

mkdir -p "$folder"
chmod 700 "$folder"
umask 077
if [ ! -s "$folder/authority.pem" ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256 -days 3650 -subj "/O=Pioneer/CN=Pioneer's own authority" \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -keyout "$folder/authority.key" -out "$folder/authority.pem" 2> /dev/null
fi

certificate() { # SERVICE: a key and a certificate for its name on the network and for itself
  local at=$folder/$1
  mkdir -p "$at"
  if [ -s "$at/both.pem" ] && [ -s "$at/certificate.pem" ] && openssl x509 -checkend "$soon" -noout -in "$at/certificate.pem" > /dev/null \
    && openssl verify -CAfile "$folder/authority.pem" "$at/certificate.pem" > /dev/null 2>&1; then
    return
  fi
  [ -s "$folder/authority.key" ] || { echo "deploy/tls.sh: $1 needs a certificate, and $folder/authority.key is not there to sign it" >&2; exit 1; }
  # RSA: SQL Server takes no other
  openssl req -new -newkey rsa:3072 -nodes -sha256 -subj "/O=Pioneer/CN=$1" -keyout "$at/key.pem" -out "$at/request.pem" 2> /dev/null
  openssl x509 -req -in "$at/request.pem" -CA "$folder/authority.pem" -CAkey "$folder/authority.key" -set_serial "0x$(openssl rand -hex 16)" -days 397 -sha256 \
    -extfile <(printf '%s\n' "subjectAltName=DNS:$1,DNS:localhost" 'basicConstraints=critical,CA:FALSE' 'extendedKeyUsage=serverAuth') \
    -out "$at/certificate.pem" 2> /dev/null
  rm "$at/request.pem"
  # the last thing that is made, and whole or not at all: a run that was broken off begins this service again
  cat "$at/key.pem" "$at/certificate.pem" > "$at/both.new"
  mv "$at/both.new" "$at/both.pem"
}

for service in "${services[@]}"; do certificate "$service"; done

# Jetty, in Connect and ksqlDB, reads no PEM; a store wants a password, which guards nothing that the folder does not
for service in connect ksqldb; do
  at=$folder/$service
  openssl pkcs12 -export -name "$service" -inkey "$at/key.pem" -in "$at/certificate.pem" -passout pass:pioneer -out "$at/store.p12"
done

# containers run as accounts of their own: what one sees it may read, and the folder around keeps others out
mkdir -p "$folder/trust"
cp "$folder/authority.pem" "$folder/trust/"
for service in "${services[@]}"; do cp "$folder/authority.pem" "$folder/$service/"; done
for at in "$folder"/*/; do chmod 755 "$at"; chmod 644 "$at"*; done
chmod 600 "$folder/authority.key" 2> /dev/null || true
