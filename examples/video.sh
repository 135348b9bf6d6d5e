#!/bin/sh
# Opens a video as a stream and shows it in a card of that name, until Ctrl-C.
#   sh examples/video.sh ADDRESS STREAM [http://HOST:PORT]
#   sh examples/video.sh rtsp://camera.example/stream1 hall
#   sh examples/video.sh udp://127.0.0.1:5004 film       while examples/udp_video.py sends it
# Needs Beamcast's Python (. .venv/bin/activate), and BEAMCAST_REDIS if Redis is not at its default address.
set -eu
address=${1:?the address of a video, such as rtsp://camera.example/stream1} stream=${2:?the name of the stream}

python -m ingest --source "$address" --stream "$stream" --metrics-port "${BEAMCAST_METRICS_PORT:-0}" &
ingest=$!
trap 'kill "$ingest" 2>/dev/null || :; wait "$ingest" || :' EXIT
trap 'exit 0' INT TERM
curl -sS --fail-with-body -d "{\"id\": \"$stream\", \"type\": \"video\", \"value\": \"$stream\"}" "${3:-http://127.0.0.1:8800}/push"
wait "$ingest"
