#!/bin/sh
# Create passwords for the users in users.acl. The output goes to deploy/redis/secret, or to the directory
# in the first argument: users.acl with hashes, for Redis, and passwords.env with the passwords, for
# compose. With BEAMCAST_INSTALLATION, the permissions are for the keys and channels of that installation.
set -eu
umask 077
from=$(dirname "$0")/users.acl
into=${1:-$(dirname "$0")/secret}
mkdir -p "$into"

users=$(sed "s/\([~&]beamcast\)\([:@]\)/\1${BEAMCAST_INSTALLATION:+-$BEAMCAST_INSTALLATION}\2/g" "$from")
passwords=
for user in ingest web; do
    password=$(od -An -N 24 -t x1 /dev/urandom | tr -d ' \n')
    hash=$(printf %s "$password" | sha256sum | cut -d ' ' -f 1)
    users=$(printf '%s\n' "$users" | sed "s/^user $user on /&#$hash /")
    passwords="$passwords$(echo $user | tr a-z A-Z)_REDIS_PASSWORD=$password
"
done
printf '%s\n' "$users" >"$into/users.acl"
chmod 644 "$into/users.acl" # Redis must be able to read it as any user; random passwords cannot be guessed from hashes
printf %s "$passwords" >"$into/passwords.env"
