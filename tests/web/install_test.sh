#!/bin/bash
# Units as hardened as we say, and an nginx configuration that an installed nginx takes. TAP.
set -u
cd "$(dirname "$0")/../.."
tmp=${TEST_TMP:-$(mktemp -d)}
dest=$tmp/dest
count=0
result() { # code, sentence
  count=$((count + 1))
  [ "$1" -eq 0 ] && echo "ok $count - $2" || echo "not ok $count - $2"
}
skip() { count=$((count + 1)); echo "ok $count - $1 # SKIP $2"; }

DESTDIR=$dest PREFIX=/usr/local nginx/systemd/install.sh >"$tmp/log" 2>&1
result $? "units, users, folders and nginx's files are installed below DESTDIR"
missing=0
for place in lib/systemd/system/curbside.target usr/lib/sysusers.d/curbside.conf usr/lib/tmpfiles.d/curbside.conf \
  etc/nginx/conf.d/curbside.conf var/lib/curbside/curbside.conf; do [ -s "$dest/$place" ] || missing=1; done
result $missing "each stands where Debian looks for it"
! grep -rn '@[A-Z_]*@' "$dest" >/dev/null
result $? "no placeholder is left over"
echo "web.kept_mib = 9" >>"$dest/var/lib/curbside/curbside.conf"
DESTDIR=$dest PREFIX=/usr/local nginx/systemd/install.sh >"$tmp/log" 2>&1
grep -q 'web.kept_mib = 9' "$dest/var/lib/curbside/curbside.conf"
result $? "a second installation keeps the operator's settings"

# One unit for every program that must be up (core/alive.c).
missing=0
for program in $(sed -n '/alive_programs\[\]/,/NULL/p' core/alive.c | grep -o '"[a-z-]*"' | tr -d '"'); do
  [ -s "$dest/lib/systemd/system/curbside-$program.service" ] || missing=1
done
result $missing "every program that must be up has its unit"

# Every folder of keys and every store that a program names in its sources is made for its user, and its unit may write there.
without_place() { # what a tmpfiles.d and a folder of units lack
  local place
  for place in $(grep -rhoE '"keys/[a-z]+' --include=*.c core board ranking ledger insight fcgi | tr -d '"' | sort -u) \
    $(cd schema && for store in */001-*.sql; do echo "${store%%/*}"; done | grep -vxE 'common|log') journal ledger; do
    grep -qE "^d [^ ]*/$place " "$1" || echo "$place: no folder"
    grep -hE '^ReadWritePaths=' "$2"/*.service | grep -qE "/$place( |$)" || echo "$place: nobody may write there"
  done
}
[ -z "$(without_place "$dest/usr/lib/tmpfiles.d/curbside.conf" "$dest/lib/systemd/system")" ]
result $? "every store and every key has a folder that its program may write to"
grep -v keys/signer "$dest/usr/lib/tmpfiles.d/curbside.conf" >"$tmp/less.conf"
[ "$(without_place "$tmp/less.conf" "$dest/lib/systemd/system")" = "keys/signer: no folder" ]
result $? "a missing one is found (the control)"

if command -v systemd-analyze >/dev/null; then
  for unit in "$dest"/lib/systemd/system/*.service; do
    systemd-analyze security --offline=true --root="$dest" --threshold=15 "$(basename "$unit")" >"$tmp/log" 2>&1
    result $? "$(basename "$unit") is exposed by 1.5 of 10 at most"
  done
  # What counts is what systemd makes of unit and drop-ins together.
  reaches() { systemd-analyze security --offline=true --root="$dest" "$1" 2>/dev/null | grep -q '✗ *PrivateNetwork='; }
  reaches curbside-postman.service
  result $? "the postman reaches the network"
  ! reaches curbside-clerk.service && ! reaches curbside-web-member.service && ! reaches curbside-paymaster.service
  result $? "nobody else does"
  cp -a "$dest/lib/systemd/system" "$tmp/units"
  mv "$tmp/units/curbside-postman.service.d/postman-network.conf" "$tmp/units/curbside-postman.service.d/a.conf"
  mkdir -p "$tmp/other/lib/systemd" && mv "$tmp/units" "$tmp/other/lib/systemd/system"
  systemd-analyze security --offline=true --root="$tmp/other" curbside-postman.service 2>/dev/null | grep -q '✓ *PrivateNetwork='
  result $? "with that drop-in read before the hardening it would not (the control)"
  if [ -e /lib/systemd/system/sysinit.target ]; then
    # Debian's own units beside ours, and programs where the units look for them.
    whole=$tmp/whole
    mkdir -p "$whole/lib/systemd" "$whole/bin" "$whole/usr/local/lib/curbside"
    cp -a /lib/systemd/system "$whole/lib/systemd/system" && cp -a "$dest/lib/systemd/system/." "$whole/lib/systemd/system"
    cp /bin/kill "$whole/bin"
    for program in clerk postman ranker paymaster notary analyst web; do cp /bin/true "$whole/usr/local/lib/curbside/curbside-$program"; done
    units=$(cd "$dest/lib/systemd/system" && echo *.service *.target)
    # shellcheck disable=SC2086
    ! systemd-analyze verify --root="$whole" --man=no $units 2>&1 | grep curbside
    result $? "systemd finds no fault in the units"
    sed -i 's/^ExecStart=/ExecStrat=/' "$whole/lib/systemd/system/curbside-ranker.service"
    # shellcheck disable=SC2086
    systemd-analyze verify --root="$whole" --man=no $units 2>&1 | grep -q curbside-ranker
    result $? "a misspelt word in one is found (the control)"
  else
    skip "systemd finds no fault in the units" "Debian's own units are not here"
  fi
  rm -r "$dest/lib/systemd/system/curbside-.service.d"
  ! systemd-analyze security --offline=true --root="$dest" --threshold=15 curbside-clerk.service >"$tmp/log" 2>&1
  result $? "without the hardening the same judge says no (the control)"
else
  skip "units are hardened" "systemd-analyze is not here"
fi

# As Debian's /etc/nginx/nginx.conf has it, with what it sets at http level itself.
mkdir -p "$tmp/nginx"
sed -i "s|/etc/nginx/curbside|$dest/etc/nginx/curbside|g" "$dest"/etc/nginx/curbside/*.conf "$dest/etc/nginx/conf.d/curbside.conf"
cat >"$tmp/nginx/nginx.conf" <<CONF
pid $tmp/nginx/pid; error_log $tmp/nginx/error.log;
events { worker_connections 64; }
http {
  sendfile on; tcp_nopush on; types_hash_max_size 2048; access_log $tmp/nginx/access.log; gzip on;
  client_body_temp_path $tmp/nginx/a; fastcgi_temp_path $tmp/nginx/b; proxy_temp_path $tmp/nginx/c; scgi_temp_path $tmp/nginx/d; uwsgi_temp_path $tmp/nginx/e;
  include /etc/nginx/mime.types;
  include $dest/etc/nginx/conf.d/*.conf;
}
CONF
nginx -t -p "$tmp/nginx" -c "$tmp/nginx/nginx.conf" >"$tmp/log" 2>&1
result $? "Debian's nginx takes the installed site"
echo "1..$count"
