# Sourced: the client configuration of the static PLAIN user that brokers and the set-up job sign in with
admin_properties=$(mktemp)
printf '%s\n' \
  security.protocol=SASL_SSL \
  ssl.truststore.type=PEM \
  ssl.truststore.location=/run/tls/authority.pem \
  sasl.mechanism=PLAIN \
  "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username=\"admin\" password=\"$PIONEER_ADMIN_PASSWORD\";" \
  > "$admin_properties"
trap 'rm -f "$admin_properties"' EXIT
