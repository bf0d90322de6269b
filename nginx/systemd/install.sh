#!/bin/sh
# Units, users, folders and nginx's files to their FHS places; called by `make install` with PREFIX and DESTDIR. Nothing is started and no file
# that an operator may have changed (curbside.conf) is overwritten.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=${PREFIX:-/usr/local} dest=${DESTDIR:-} state=${STATEDIR:-/var/lib/curbside}
lib=$prefix/lib/curbside share=$prefix/share/curbside
fill() { # template, target
    mkdir -p "$(dirname "$dest$2")"
    sed -e "s|@STATE@|$state|g" -e "s|@LIB@|$lib|g" -e "s|@SHARE@|$share|g" "$here/$1" >"$dest$2"
    chmod 644 "$dest$2"
}
for unit in "$here"/*.service "$here"/*.target; do fill "$(basename "$unit")" "/lib/systemd/system/$(basename "$unit")"; done
fill hardening.conf /lib/systemd/system/curbside-.service.d/hardening.conf
fill postman-network.conf /lib/systemd/system/curbside-postman.service.d/postman-network.conf
fill postman-network.conf /lib/systemd/system/curbside-cosign.service.d/network.conf
fill curbside.sysusers /usr/lib/sysusers.d/curbside.conf
fill curbside.tmpfiles /usr/lib/tmpfiles.d/curbside.conf
install -d -m 755 "$dest$state" "$dest/etc/nginx/curbside" "$dest/etc/nginx/conf.d"
if [ ! -e "$dest$state/curbside.conf" ]; then
    cat >"$dest$state/curbside.conf" <<'CONF'
# Settings of this house; `curbside settings` lists all of them with their meaning.
socket.peer_users = curbside-web-login curbside-web-member curbside-web-sponsor curbside-web-admin
web.peer_users = www-data
signer.peer_user = curbside-paymaster
# The address people type. Links in mails lead there and passkeys are bound to it: set it before anybody signs in.
# site.url = https://curbside.example
CONF
fi
# nginx: the site and its limits, included from conf.d (Debian's nginx.conf reads that at http level).
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$here/../configure" --installed /etc/nginx/curbside --state "$state" --static "$share/static" \
    --listen "${LISTEN:-80}" --out "$scratch"
for file in limits.conf site.conf fastcgi.conf headers.conf; do install -m 644 "$scratch/$file" "$dest/etc/nginx/curbside/$file"; done
printf 'include /etc/nginx/curbside/limits.conf;\ninclude /etc/nginx/curbside/site.conf;\n' >"$dest/etc/nginx/conf.d/curbside.conf"
if [ -z "$dest" ] && [ -d /run/systemd/system ]; then
    systemd-sysusers
    systemd-tmpfiles --create curbside.conf
    systemctl daemon-reload
    echo "installed; start it with: systemctl enable --now curbside.target && systemctl reload nginx"
fi
