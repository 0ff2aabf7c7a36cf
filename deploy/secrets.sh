#!/usr/bin/env bash
# Gives every secret of .env that is empty a value of its own, and writes those that services read from files into deploy/secrets:
#
#   cp deploy/example.env .env && deploy/secrets.sh
#
# Run it again after changing .env. The folder is closed to other accounts of this machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ -f .env ] || { echo "deploy/secrets.sh: there is no .env; begin with: cp deploy/example.env .env" >&2; exit 1; }
umask 077
chmod 600 .env

for name in $(grep -oE '^[A-Z_]+_PASSWORD=$' .env | tr -d '='); do
  # upper case, lower case, digits and a sign, as SQL Server wants
  sed -i "s|^$name=\$|$name=Aa1-$(openssl rand -hex 24)|" .env
done

value() { # NAME: what .env says, in letters that mean nothing else to anything that it is written into
  local found
  found=$(grep -E "^$1=" .env | tail -1 | cut -d= -f2-)
  [[ $found =~ ^[A-Za-z0-9._~+-]{16,}$ ]] || { echo "deploy/secrets.sh: $1 in .env needs 16 characters or more out of A-Z a-z 0-9 . _ ~ + -" >&2; exit 1; }
  printf %s "$found"
}

folder=deploy/secrets
mkdir -p "$folder"
chmod 700 "$folder"
# one a line: of several in one the last decides whether it went well
kafka=$(value PIONEER_KAFKA_PASSWORD)
database=$(value PIONEER_DATABASE_PASSWORD)
connect=$(value CONNECT_PASSWORD)
ksql=$(value KSQL_PASSWORD)
for name in KAFKA_ADMIN_PASSWORD CONNECT_KAFKA_PASSWORD KSQL_KAFKA_PASSWORD SQLSERVER_PASSWORD; do value "$name" > /dev/null; done
printf %s "$kafka" > "$folder/kafka-password"
printf %s "Server=sqlserver;Database=pioneer;User Id=pioneer;Password=$database;Encrypt=Mandatory" > "$folder/database-connection"
printf %s "$connect" > "$folder/connect-password"
printf 'portal: %s\n' "$connect" > "$folder/connect-users"
printf %s "$ksql" > "$folder/ksql-password"
printf 'portal: %s,portal\n' "$ksql" > "$folder/ksql-users"

# what the portal's keys are encrypted with: without it nothing that is sealed can be read again
if [ ! -s "$folder/keys.p12" ]; then
  openssl rand -hex 24 | tr -d '\n' > "$folder/keys-password"
  openssl req -x509 -newkey rsa:3072 -nodes -sha256 -days 3650 -subj '/CN=pioneer keys' -keyout "$folder/keys.pem" -out "$folder/keys.crt" 2> /dev/null
  openssl pkcs12 -export -inkey "$folder/keys.pem" -in "$folder/keys.crt" -passout "file:$folder/keys-password" -out "$folder/keys.new"
  mv "$folder/keys.new" "$folder/keys.p12"
  rm "$folder/keys.pem" "$folder/keys.crt"
  echo "deploy/secrets.sh: keep $folder/keys.p12 and keys-password with your backups of the portal's volume, and apart from the database"
fi

# containers run as accounts of their own: what is mounted into one it may read, and the folder keeps others out
chmod 644 "$folder"/*
