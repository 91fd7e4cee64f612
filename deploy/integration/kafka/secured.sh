# Sourced by kafka: what it takes that only those get in who may. One user, mesh, whose password is in DIR/password; a
# certificate authority; an OpenID Connect provider, of whose issuers the brokers trust one.

oidc_pom=$integration/kafka/oidc/pom.xml

# prepare_secured DIR: makes what is secret.
prepare_secured() {
    need openssl openssl
    (
        umask 077
        cd "$1"
        openssl rand -hex 16 | tr -d '\n' >password
        openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=mesh integration" -keyout ca.key -out ca.crt
        certificate broker "subjectAltName=IP:127.0.0.1,DNS:localhost"
        certificate client "extendedKeyUsage=clientAuth"
        cat broker.key broker.crt >broker.pem
        free_port >oidc.port
    ) 2>"$1/openssl.log" || { cat "$1/openssl.log" >&2; die "there is no certificate"; }
}

# certificate NAME EXTENSION: signed by the authority in this folder.
certificate() {
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
    openssl x509 -req -days 30 -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -extfile <(echo "$2") -out "$1.crt"
}

issuer() { echo "http://127.0.0.1:$(<"$1/oidc.port")/${2:-mesh}"; }

jwks_url() { echo "$(issuer "$1")/jwks"; }

# secured_properties DIR: of a broker with the listeners TLS (certificates of clients are looked at) and SASL. The validator
# has to be named: the one that Kafka 4.1 takes otherwise looks at no signature.
secured_properties() {
    local security=org.apache.kafka.common.security
    cat <<END
ssl.keystore.type=PEM
ssl.keystore.location=$1/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location=$1/ca.crt
listener.name.tls.ssl.client.auth=requested
listener.name.sasl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER
listener.name.sasl.plain.sasl.jaas.config=$security.plain.PlainLoginModule required user_mesh="$(<"$1/password")";
listener.name.sasl.scram-sha-256.sasl.jaas.config=$security.scram.ScramLoginModule required;
listener.name.sasl.scram-sha-512.sasl.jaas.config=$security.scram.ScramLoginModule required;
listener.name.sasl.oauthbearer.sasl.jaas.config=$security.oauthbearer.OAuthBearerLoginModule required;
listener.name.sasl.oauthbearer.sasl.server.callback.handler.class=$security.oauthbearer.OAuthBearerValidatorCallbackHandler
sasl.oauthbearer.jwks.endpoint.url=$(jwks_url "$1")
sasl.oauthbearer.jwt.validator.class=$security.oauthbearer.BrokerJwtValidator
sasl.oauthbearer.expected.issuer=$(issuer "$1")
sasl.oauthbearer.expected.audience=kafka
END
}

# scram_users DIR: arguments of the storage tool.
scram_users() {
    local mechanism
    for mechanism in SCRAM-SHA-256 SCRAM-SHA-512; do
        printf '%s\n' --add-scram "$mechanism=[name=mesh,password=$(<"$1/password")]"
    done
}

# secured_addresses DIR TLS SASL: for listeners.env.
secured_addresses() {
    cat <<END
MESH_KAFKA_TLS=$2
MESH_KAFKA_SASL=$3
MESH_KAFKA_CA=$1/ca.crt
MESH_KAFKA_CERTIFICATE=$1/client.crt
MESH_KAFKA_KEY=$1/client.key
MESH_KAFKA_USER=mesh
MESH_KAFKA_PASSWORD_FILE=$1/password
MESH_KAFKA_TOKENS=$(issuer "$1")/token
MESH_KAFKA_TOKENS_UNTRUSTED=$(issuer "$1" stranger)/token
END
}

# start_oidc DIR: any client with any secret gets a token that is valid for a minute.
start_oidc() {
    local port config
    ! process_of "$1/oidc" StandaloneMockOAuth2Server >/dev/null || return 0
    port=$(<"$1/oidc.port")
    config="{\"tokenCallbacks\": [$(tokens_of mesh), $(tokens_of stranger)]}"
    SERVER_HOSTNAME=127.0.0.1 SERVER_PORT=$port JSON_CONFIG=$config \
        in_background "$1/oidc" java -Xmx64m -XX:+UseSerialGC -cp "$(jars_of "$oidc_pom")/*" \
        no.nav.security.mock.oauth2.StandaloneMockOAuth2ServerKt
    wait_for_port "$port" 60 "$(<"$1/oidc.pid")" \
        || { tail "$1/oidc.log" >&2; die "the OpenID Connect provider did not start"; }
}

# tokens_of ISSUER: what the provider is told about the tokens of one of its issuers.
tokens_of() {
    cat <<END
{"issuerId": "$1", "tokenExpiry": 60, "requestMappings": [
    {"requestParam": "grant_type", "match": "client_credentials", "claims": {"sub": "mesh", "aud": ["kafka"]}}]}
END
}

stop_oidc() {
    local pid
    ! pid=$(process_of "$1/oidc" StandaloneMockOAuth2Server) || kill "$pid"
    rm -f "$1/oidc.pid"
}
