#!/bin/sh
# Write deploy/lock/*.txt from pyproject.toml, and the package-lock.json of web and bench: exact versions
# with hashes for Python 3.11 and 3.12, without download addresses. `sh deploy/lock.sh --upgrade` selects
# the newest versions.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"
resolve() {
    uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-annotate --no-header "$@"
}
# The other sets are part of the tests' set, and constrained by it, so that all versions agree.
resolve "$@" --group runtime --group local --group test -o deploy/lock/test.txt
resolve --group runtime --group local -c deploy/lock/test.txt -o deploy/lock/local.txt
resolve --group runtime -c deploy/lock/test.txt -o deploy/lock/runtime.txt
resolve --group page -c deploy/lock/test.txt -o deploy/lock/page.txt
resolve --group bench -c deploy/lock/test.txt -o deploy/lock/bench.txt
if command -v npm >/dev/null; then
    for folder in web bench; do
        npm --prefix $folder install --silent --package-lock-only --ignore-scripts \
            --omit-lockfile-registry-resolved
    done
fi
if grep -nE '://|^ *-[^-]' deploy/lock/*.txt || grep -nE '"resolved"' web/package-lock.json \
        bench/package-lock.json; then
    echo "The lines above contain addresses, which are not allowed in a lock file" >&2
    exit 1
fi
