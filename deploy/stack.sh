#!/bin/sh
# Deploy docker-compose.yml with deploy/stack.yml to the Swarm of this machine, or update it:
#   BEAMCAST_CONTAINER_IMAGE=registry.example/beamcast:1 BEAMCAST_AUTH=password sh deploy/stack.sh \
#       -f deploy/stack.password.yml -f deploy/stack.tls.yml
# Settings come from beamcast.env and the environment, as with compose; STACK is the stack's name.
set -eu
cd "$(dirname "$0")/.."
export STACK="${STACK:-beamcast}"
sum() { cat "$@" | sha256sum | cut -c 1-12; }
NGINX_SUM=$(sum deploy/nginx.conf deploy/starting.html deploy/tls/tls.conf \
    "${BEAMCAST_FRONTS:-deploy/fronts/nobody.conf}" \
    ${BEAMCAST_CERTIFICATE:+"$BEAMCAST_CERTIFICATE" "$BEAMCAST_CERTIFICATE_KEY"})
ACCOUNTS_SUM=$(sum "${BEAMCAST_ACCOUNTS_FILE:-/dev/null}")
export NGINX_SUM ACCOUNTS_SUM
# Compose prints some numbers as text, and some texts as numbers, unlike what the Swarm expects.
merged=$(docker compose --project-name "$STACK" -f docker-compose.yml -f deploy/stack.yml "$@" config)
printf '%s\n' "$merged" |
    sed -e '/^name: /d' -e 's/\(published\|size\|mode\): "\([0-9]*\)"/\1: \2/' -e 's/cpus: \([0-9.]*\)$/cpus: "\1"/' |
    docker stack deploy --detach=true -c - "$STACK"
