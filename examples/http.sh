#!/bin/sh
# One message over HTTP, with curl.  sh examples/http.sh [http://HOST:PORT]
set -eu
curl -sS -d '{"id": "Beam current", "value": {"ring": 401.2}, "legend": "ring"}' "${1:-http://127.0.0.1:8800}/push"
