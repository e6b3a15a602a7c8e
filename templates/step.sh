#!/bin/sh
# Runs a command with what a build step may use and no layer may keep: build secrets, mounted for this step alone.
#
#   step.sh [VARIABLE=SECRET]... -- COMMAND...
#
# Each VARIABLE gets the value of its SECRET. A CA bundle given as the build secret `envspec-ca` is trusted, and the
# proxies of `envspec-proxies` (lines such as HTTPS_PROXY=http://proxy.example:3128) are used.
#
# What the command writes to stderr goes to stdout: a builder that reads two pipes mixes the pieces of their lines.
set -eu
while [ "$1" != -- ]; do
    secret=${1#*=}
    if ! [ -f "/run/secrets/$secret" ]; then
        echo "envspec: this step needs the build secret $secret: docker build --secret id=$secret,src=FILE" >&2
        exit 1
    fi
    value=$(cat "/run/secrets/$secret")
    export "${1%%=*}=$value"
    shift
done
shift
proxies=/run/secrets/envspec-proxies
if [ -s "$proxies" ]; then
    while IFS= read -r line || [ -n "$line" ]; do
        value=${line#*=}
        case "$line" in
            HTTP_PROXY=*) export HTTP_PROXY="$value" http_proxy="$value" ;;
            HTTPS_PROXY=*) export HTTPS_PROXY="$value" https_proxy="$value" ;;
            NO_PROXY=*) export NO_PROXY="$value" no_proxy="$value" ;;
        esac
    done < "$proxies"
fi
ca=/run/secrets/envspec-ca
if [ -s "$ca" ]; then
    export SSL_CERT_FILE="$ca" PIP_CERT="$ca" REQUESTS_CA_BUNDLE="$ca" CURL_CA_BUNDLE="$ca" GIT_SSL_CAINFO="$ca"
    APT_CONFIG=$(mktemp)
    export APT_CONFIG
    trap 'rm -f "$APT_CONFIG"' EXIT
    echo "Acquire::https::CAInfo \"$ca\";" > "$APT_CONFIG"
    chmod 0644 "$APT_CONFIG"
fi
"$@" 2>&1
