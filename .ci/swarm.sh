#!/usr/bin/env bash
# A real Swarm of two nodes on one machine: two Docker daemons in network namespaces of their own, joined by a bridge in a third. Run as root;
# needs docker.io and iproute2, asks no registry.
#   bash .ci/swarm.sh start FOLDER   answers when both nodes are ready, within three minutes; the daemons' sockets are FOLDER/1/docker.sock and FOLDER/2/docker.sock
#   bash .ci/swarm.sh lose FOLDER    the second node falls silent: its cable is cut, then its daemon and everything on it is killed; prints when, in ms
#   bash .ci/swarm.sh back FOLDER    it comes back
#   bash .ci/swarm.sh stop FOLDER    ends the daemons that "start" began, by their pids, and removes namespaces and data
# FOLDER keeps everything, so that several can stand beside each other.
set -euo pipefail

what=${1:-}
home=${2:-}
nodes=2

fallen() { echo "swarm.sh $what: $1" >&2; exit 1; }
within() { nsenter --net="/run/netns/$1" "${@:2}"; }
engine() { docker -H "unix://$home/$1/docker.sock" "${@:2}"; }
# The number may be another's by now.
lives() { [ -f "$home/$1/pid" ] && [ "$(cat "/proc/$(cat "$home/$1/pid")/comm" 2>/dev/null)" = dockerd ]; }

wire() {
  within "$name-s" ip link add br0 type bridge
  within "$name-s" ip link set br0 up
  ip link add "$name-h" type veth peer name "$name-p"
  ip link set "$name-p" netns "$name-s"
  within "$name-s" ip link set "$name-p" master br0 up
  ip addr add "$net.1/24" dev "$name-h"
  ip link set "$name-h" up
  for i in $(seq $nodes); do
    ip link add "$name-b$i" type veth peer name "$name-n$i"
    ip link set "$name-b$i" netns "$name-s"
    ip link set "$name-n$i" netns "$name-$i"
    within "$name-s" ip link set "$name-b$i" master br0 up
    within "$name-$i" ip link set "$name-n$i" name eth0
    within "$name-$i" ip addr add "$net.1$i/24" dev eth0
    within "$name-$i" ip link set eth0 up
    within "$name-$i" ip link set lo up
    within "$name-$i" ip route add default via "$net.1"
  done
}

# A registry at this machine's end of the network may speak plain HTTP. Own mounts, so that two daemons do not share sockets of plugins nor a containerd of the machine; own host name.
daemon() {
  local i=$1
  mkdir -p "$home/$i" /run/docker /run/containerd
  rm -f "$home/$i/pid" "$home/$i/docker.sock"
  # In a session of its own, so that it lives until "stop" and not until this script ends.
  setsid nsenter --net="/run/netns/$name-$i" unshare -m -u sh -c '
    hostname "$1"; mount -t tmpfs none /run/docker; mount -t tmpfs none /run/containerd
    exec dockerd --data-root "$2/data" --exec-root "$2/exec" -H "unix://$2/docker.sock" --pidfile "$2/pid" --insecure-registry "$3"' \
    sh "$name-$i" "$home/$i" "$net.0/24" </dev/null >>"$home/$i/log" 2>&1 &
  for _ in $(seq 240); do
    engine "$i" version >/dev/null 2>&1 && return
    sleep 0.5
  done
  tail -n 30 "$home/$i/log" >&2
  fallen "the daemon of node $i does not answer after two minutes"
}

ready() {
  for _ in $(seq 120); do
    [ "$(engine 1 node ls --format '{{.Status}}' 2>/dev/null | grep -c '^Ready$')" = "$nodes" ] && return
    sleep 0.5
  done
  engine 1 node ls >&2 || true
  fallen "not every node is ready after a minute"
}

start() {
  [ "$(id -u)" = 0 ] || fallen "network namespaces need root"
  for tool in dockerd docker ip nsenter unshare setsid; do command -v "$tool" >/dev/null || fallen "there is no program $tool (docker.io, iproute2, util-linux)"; done
  [ ! -e "$home/net" ] || fallen "$home has been started already"
  mkdir -p "$home"
  # A network that no other of these has: the address of this machine's end is the lock.
  for _ in $(seq 50); do
    number=$((RANDOM % 250 + 2))
    name=grs$number net=10.77.$number
    ip netns add "$name-s" 2>/dev/null && break
    number=
  done
  [ -n "$number" ] || fallen "no free network was found"
  echo "$name $net" >"$home/net"
  for i in $(seq $nodes); do ip netns add "$name-$i"; done
  wire
  for i in $(seq $nodes); do daemon "$i"; done
  # Of one machine's kernel: what is lost shall be noticed in seconds.
  engine 1 swarm init --advertise-addr "$net.11" --dispatcher-heartbeat 2s >/dev/null
  local token
  token=$(engine 1 swarm join-token -q worker)
  for i in $(seq 2 $nodes); do engine "$i" swarm join --token "$token" "$net.11:2377" >/dev/null; done
  ready
  echo "$name $net"
}

# The daemon, its containerd and what runs on it: containers are children of shims, which live in the node's network.
end() {
  local pid
  for pid in $(ip netns pids "$name-$1" 2>/dev/null); do kill_tree "$pid"; done
}

kill_tree() {
  local child
  for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do kill_tree "$child"; done
  kill -KILL "$1" 2>/dev/null || true
}

lose() {
  within "$name-s" ip link set "$name-b2" down
  date +%s%3N
  end 2
}

back() {
  within "$name-s" ip link set "$name-b2" up
  daemon 2
  ready
}

stop() {
  [ -f "$home/net" ] || { echo "no swarm of ours"; rm -rf "$home"; return; }
  for i in $(seq $nodes); do
    lives "$i" && kill -TERM "$(cat "$home/$i/pid")"
  done || true
  for i in $(seq $nodes); do
    for _ in $(seq 40); do lives "$i" || break; sleep 0.5; done
    end "$i"
  done
  for mounted in $(awk -v home="$home/" 'index($2, home) == 1 { print $2 }' /proc/mounts | sort -r); do umount -l "$mounted" || true; done
  for each in 1 2 s; do ip netns del "$name-$each" 2>/dev/null || true; done
  ip link del "$name-h" 2>/dev/null || true
  rm -rf "$home"
  echo "ended"
}

case "$what" in start | lose | back | stop) ;; *) echo "usage: bash .ci/swarm.sh start|lose|back|stop FOLDER" >&2; exit 2 ;; esac
case "$home" in /*) ;; *) fallen "FOLDER must be an absolute path" ;; esac
if [ -f "$home/net" ]; then read -r name net <"$home/net"; elif [ "$what" = lose ] || [ "$what" = back ]; then fallen "nothing was started in $home"; fi
"$what"
