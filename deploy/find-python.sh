#!/bin/sh
# Print the path of a supported Python, or an error with what to install.
supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))'
for python in python3.11 python3.12 python3; do
    if "$python" -c "$supported" 2>/dev/null; then
        command -v "$python"
        exit 0
    fi
done
found=$(python3 --version 2>/dev/null || echo "no Python")
cat >&2 <<EOF
Beamcast needs Python 3.11 or 3.12; this machine has $found.
(bitshuffle, which decodes bsread streams, has no packages for later versions.)
Install one of them with its venv module, for example: apt-get install python3.11 python3.11-venv
EOF
exit 1
