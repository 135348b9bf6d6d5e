#!/bin/sh
# New passwords for the users in users.acl, into deploy/redis/secret or the directory that is named:
# users.acl with their hashes, for Redis, and passwords.env with themselves, for compose. With
# BEAMCAST_INSTALLATION set, the rights are for the keys and channels of that installation.
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
chmod 644 "$into/users.acl" # Redis has to read it, whoever it runs as; nobody guesses these from a hash
printf %s "$passwords" >"$into/passwords.env"
