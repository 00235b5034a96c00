#!/usr/bin/env bash
# Base images out of what Debian and npm give, where no registry is to be asked.
#   bash scripts/base-images/make.sh node <tag>   this node and the libraries that it is linked to, and nothing else
#   bash scripts/base-images/make.sh sample       what examples/medianest builds on: about three minutes and 600 MB; as root, with debootstrap
#   bash scripts/base-images/make.sh remove       removes those of the sample
# NODE names another node than that of node_modules.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
node=$(readlink -f "${NODE:-$root/node_modules/.bin/node}")
# "localhost" is a registry that nobody runs, so that an image that was not made is refused and not fetched from a stranger.
images=(localhost/medianest/node:24 localhost/medianest/postgres:15 localhost/medianest/redis:7 localhost/medianest/debian:12)
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT

is_there() { docker image inspect "$1" >/dev/null 2>&1; }

# Everything that lies in $work/node becomes the image.
import_node() {
  local file
  for file in $(ldd "$node" | grep -o '/[^ )]*'); do install -D -m 755 "$file" "$work/node$file"; done
  install -D -m 755 "$node" "$work/node/usr/local/bin/node"
  mkdir -p -m 1777 "$work/node/tmp"
  tar -C "$work/node" -c . | docker import --change 'ENV PATH=/usr/local/bin' - "$1" >/dev/null
}

# The packages of the sample's package.json with all that they need, as npm has laid them out here.
packages() {
  "$node" --input-type=module - "$root" <<'JS'
import { readFileSync } from 'node:fs';
const root = process.argv[2];
const needs = (file) => Object.keys(JSON.parse(readFileSync(`${root}/${file}`, 'utf8')).dependencies ?? {});
const all = new Set(needs('examples/medianest/package.json'));
for (const name of all) for (const next of needs(`node_modules/${name}/package.json`)) all.add(next);
console.log([...all].join('\n'));
JS
}

make_node() {
  local name
  for name in $(packages); do
    mkdir -p "$work/node/node_modules/$name"
    cp -rL "$root/node_modules/$name/." "$work/node/node_modules/$name"
  done
  import_node "${images[0]}"
}

make_debian() {
  [ "$(id -u)" = 0 ] || { echo 'debootstrap must be run as root' >&2; return 1; }
  command -v debootstrap >/dev/null || { echo 'debootstrap is missing: apt-get install debootstrap' >&2; return 1; }
  debootstrap --variant=minbase --include=postgresql-15,redis-server bookworm "$work/debian" http://deb.debian.org/debian >"$work/log" 2>&1 ||
    { tail -n 20 "$work/log" >&2; return 1; }
  tar -C "$work/debian" --exclude=./proc --exclude=./sys --exclude=./var/cache/apt --exclude=./var/lib/apt/lists \
    --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale -c . | docker import - "${images[3]}" >/dev/null
}

sample() {
  is_there "${images[0]}" || make_node
  for name in postgres:15 redis:7; do
    is_there "localhost/medianest/$name" && continue
    is_there "${images[3]}" || { echo 'debootstrap brings Debian with PostgreSQL and Redis; this takes minutes'; make_debian; }
    docker build -q -t "localhost/medianest/$name" "$here/${name%:*}" >/dev/null
  done
  docker images --filter 'reference=localhost/medianest/*'
}

case "${1:-}" in
  node) import_node "${2:?the tag is missing}" ;;
  sample) sample ;;
  remove) for name in "${images[@]}"; do if is_there "$name"; then docker image rm "$name" >/dev/null; fi; done ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
