#!/bin/sh
# A working mixer: a dummy JACK server if none runs, the example desk, with
# plugins where they are installed, and the demo band, until Ctrl-C. Called by
# `make run`: sh client/demo/run.sh BUILD_DIR
set -u

build=${1:?usage: sh client/demo/run.sh BUILD_DIR}
case $build in
/*) ;;
*) build=$PWD/$build ;;
esac
cd "$(dirname "$0")/../.." || exit 1
build=${build#"$PWD"/}
case $build in
/*) bin=$build ;;
*) bin=./$build ;;
esac
plain=config/headroom.json
live=config/live-band.json # with plugins
# Where headroomctl looks for the daemon is where the daemon listens.
url=${HEADROOM_OSC:-udp://127.0.0.1:9018}
started="" # names of what runs, last started first
nap=""     # the sleep that is waited for
pid=""

say()
{
	printf '%s\n' "$*"
}

fail()
{
	printf 'make run: %s\n' "$*" >&2
	exit 1
}

# A pause that a signal ends at once.
pause()
{
	sleep "$1" &
	nap=$!
	wait "$nap"
	nap=""
}

# launch NAME COMMAND...: in a session of its own, so that Ctrl-C reaches this
# script only and what runs is stopped in order.
launch()
{
	name=$1
	shift
	setsid "$@" >"$logs/$name" 2>&1 </dev/null &
	eval "pid_$name=$!"
	started="$name $started"
}

alive()
{
	eval "kill -0 \"\$pid_$1\"" 2>/dev/null
}

# halt NAME: at most five seconds of patience, then by force.
halt()
{
	eval "pid=\$pid_$1"
	kill "$pid" 2>/dev/null || return
	tries=0
	while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 50 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}

cleanup()
{
	trap '' INT TERM HUP
	[ -z "$nap" ] || kill "$nap" 2>/dev/null
	for name in $started; do
		halt "$name"
	done
	rm -rf "$logs"
}

title()
{
	case $1 in
	jackd) say "the JACK server" ;;
	daemon) say "headroomd" ;;
	band) say "the demo band" ;;
	esac
}

# report NAME: it ended by itself.
report()
{
	say >&2
	say "$(title "$1") has stopped. The end of its log:" >&2
	tail -n 12 "$logs/$1" | sed 's/^/    /' >&2
	exit 1
}

# await NAME SECONDS COMMAND...: until the command succeeds.
await()
{
	name=$1
	tries=$(($2 * 10))
	shift 2
	until "$@" >/dev/null 2>&1; do
		alive "$name" || report "$name"
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || {
			say "$(title "$name") does not answer." >&2
			report "$name"
		}
		pause 0.1
	done
	alive "$name" || report "$name"
}

jack_runs()
{
	timeout 5 "$bin/headroom-demo" --probe
}

start_jack()
{
	command -v jackd >/dev/null ||
		fail "no JACK server runs, and jackd is not installed" \
			"(Debian package: jackd2)"
	realtime=-r
	chrt -f 10 true 2>/dev/null && realtime=-R
	# With its usual 2048 ports jackd needs 107 MB of shared memory and
	# dies of SIGBUS where there is less, as in most containers.
	ports=2048
	free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
	[ "${free:-0}" -ge 131072 ] || ports=256
	# A program that stands still is left out after this time-out only.
	launch jackd jackd "$realtime" -t 20 --port-max "$ports" \
		-d dummy -r 48000 -p 256
	await jackd 10 jack_runs
	server="dummy server started here: 48000 Hz, 256 frames, no sound card"
}

for program in headroomd headroomctl headroom-demo; do
	[ -x "$bin/$program" ] || fail "$build/$program is missing; type: make"
done
"$bin/headroomd" -n -c "$plain" || fail "$plain cannot be used"
# A plugin that is missing is a warning.
config=$plain
hint="with EQ, compressor and limiter, $live: apt install x42-plugins"
words=$("$bin/headroomd" -n -c "$live" 2>&1) || fail "$words"
[ -n "$words" ] || {
	config=$live
	hint="with EQ, compressor and limiter; $plain is without"
}

logs=$(mktemp -d "${TMPDIR:-/tmp}/headroom-run.XXXXXX") || exit 1
trap cleanup EXIT
trap 'say; say "Stopping."; exit 0' INT
trap 'exit 0' TERM HUP

server="the one that was running"
jack_runs || start_jack
launch daemon "$bin/headroomd" -c "$config" -l "$url" \
	--no-restore
# The port may answer because somebody else has it: then ours ends at once.
await daemon 5 "$bin/headroomctl" get /status/version
pause 0.3
alive daemon || report daemon
launch band "$bin/headroom-demo"
pause 0.5
alive band || report band

cat <<END

headroom is running; Ctrl-C stops it.

  JACK server   $server
  mixer         headroomd with $config, OSC on $url
                $hint
  demo band     eight sources, with the five usual gain-staging mistakes

Type in another terminal, from $PWD:

  $build/headroomctl meters                  every level at every stage
  $build/headroomctl advise                  what is wrong, and what mends it
  $build/headroomctl advise --all            mend it, balance kept
  $build/headroomctl events                  overs, as they happen
  $build/headroomctl inserts                 the slots and what they hold
  $build/headroomctl list                    everything else there is to set

END
case $server in
dummy*)
	say "To hear it, stop this, start JACK on your sound card (for" \
		"example: jackd -d alsa)"
	say "and type make run again." ;;
esac

# In the order of causes: without the server the others end, too.
while :; do
	for name in jackd daemon band; do
		case " $started" in
		*" $name "*) alive "$name" || report "$name" ;;
		esac
	done
	pause 1
done
