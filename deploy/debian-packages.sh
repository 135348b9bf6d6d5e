#!/bin/sh
# Install the programs in the arguments, each from the Debian package of the same name, if missing.
missing=
for program; do
    command -v "$program" >/dev/null || missing="$missing $program"
done
[ -n "$missing" ] || exit 0

become_root=
if [ "$(id -u)" != 0 ]; then
    become_root="sudo -n"
    if ! $become_root true 2>/dev/null; then
        echo "The tests need$missing; run as root: apt-get install$missing" >&2
        exit 1
    fi
fi
echo "Installing Debian packages:$missing"
log=$(mktemp)
# shellcheck disable=SC2086  # a list of packages
if ! { $become_root apt-get -qq update && $become_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install -y --no-install-recommends $missing fonts-dejavu-core; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    echo "The installation failed; the tests need$missing" >&2
    exit 1
fi
rm -f "$log"
