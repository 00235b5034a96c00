#!/usr/bin/env bash
# A Docker daemon with both generations of Compose, from Debian alone: no registry is asked. Run as root.
#   bash .ci/docker.sh start   installs what is missing and answers when the daemon does, within two minutes
#   bash .ci/docker.sh stop    ends the daemon that "start" began, by its pid, and removes its data
set -euo pipefail

home=${GREENROOM_CI_DOCKER:-/var/tmp/greenroom-ci-docker}
plugins=/usr/local/lib/docker/cli-plugins
export DEBIAN_FRONTEND=noninteractive

tools() {
  local missing=()
  command -v dockerd >/dev/null || missing+=(docker.io)
  command -v docker-compose >/dev/null || missing+=(docker-compose)
  command -v iptables >/dev/null || missing+=(iptables)
  command -v ip >/dev/null || missing+=(iproute2)
  if [ "${#missing[@]}" -gt 0 ]; then
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    echo "installed: ${missing[*]}"
  fi
  docker compose version >/dev/null 2>&1 || plugin
}

# The second generation is not in bookworm. The plugin is one program without dependencies, so that of trixie runs here;
# apt checks its signature, and nothing else of trixie is known to this machine afterwards.
plugin() {
  local work options
  work=$(mktemp -d)
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  echo 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main' >"$work/sources.list"
  options=(-qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update
  (cd "$work" && apt-get "${options[@]}" download docker-compose/trixie)
  dpkg-deb -x "$work"/docker-compose_*.deb "$work/root"
  install -D -m 755 "$work/root/usr/libexec/docker/cli-plugins/docker-compose" "$plugins/docker-compose"
  rm -rf "$work"
  docker compose version
}

start() {
  tools
  if docker version >/dev/null 2>&1; then
    echo "a daemon answers already"
    return
  fi
  mkdir -p "$home"
  # In a session of its own, so that it lives until "stop" and not until this script ends.
  setsid dockerd --data-root "$home/data" --exec-root "$home/exec" --pidfile "$home/dockerd.pid" \
    </dev/null >"$home/dockerd.log" 2>&1 &
  for _ in $(seq 240); do
    docker version >/dev/null 2>&1 && { docker version --format 'Docker {{.Server.Version}}'; return; }
    sleep 0.5
  done
  echo "dockerd does not answer after two minutes:" >&2
  tail -n 30 "$home/dockerd.log" >&2
  return 1
}

stop() {
  [ -f "$home/dockerd.pid" ] || { echo "no daemon of ours"; return; }
  local pid
  pid=$(cat "$home/dockerd.pid")
  # The number may be another's by now.
  if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ]; then
    kill -TERM "$pid"
    for _ in $(seq 60); do
      [ -e "/proc/$pid" ] || break
      sleep 0.5
    done
    [ -e "/proc/$pid" ] && kill -KILL "$pid"
  fi
  for mounted in $(awk -v home="$home/" 'index($2, home) == 1 { print $2 }' /proc/mounts | sort -r); do umount -l "$mounted"; done
  rm -rf "$home"
  echo "ended"
}

case "${1:-}" in
  start) timeout 600 bash -c "$(declare -f start tools plugin); set -euo pipefail; home='$home' plugins='$plugins' start" ;;
  stop) stop ;;
  *) echo "usage: bash .ci/docker.sh start|stop" >&2; exit 2 ;;
esac
