#!/bin/sh
# Messages over TCP, one per line, with netcat.  sh examples/tcp.sh [HOST] [PORT]
set -eu
for value in 1 2 3; do
    echo "{\"id\": \"Counts\", \"type\": \"bar\", \"value\": $value, \"label\": \"run $value\"}"
done | nc -N "${1:-127.0.0.1}" "${2:-8801}"
