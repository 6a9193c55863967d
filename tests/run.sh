#!/bin/sh
# Every test, called by `make check` from the project's root:
# sh tests/run.sh BUILD_DIR [PREFIX [DAEMON_DIR]], with PREFIX only programs
# whose name (such as rig/test_osc) begins with one of its words, with DAEMON_DIR
# against the daemon of another build. Programs print what cmocka prints; scripts
# end with a line "N passed, N failed".
# A test that this machine cannot run says "SKIPPED: " and why. Scripts, which
# mostly wait, run beside the programs that need no JACK server, and two programs
# of the rig at a time where they mostly wait, too.
set -u

build=${1:?usage: sh tests/run.sh BUILD_DIR [PREFIX [DAEMON_DIR]]}
prefix=${2:-}
HEADROOM_BUILD=${3:-$build}
export HEADROOM_BUILD
limit=240 # seconds for a program
passed=0
failed=0
programs=0
bad=0
child=""
beside="" # process ids

# For all servers of a user JACK keeps eight names and one data base of metadata
# in /dev/shm, and a server that ends deletes the latter from under the others.
# Where we may, these tests have a /dev/shm of their own, and so has each part of
# them that runs beside.
own='mount -t tmpfs -o mode=1777 headroom /dev/shm && exec "$@"'
if [ -z "${HEADROOM_SHM:-}" ]; then
	HEADROOM_SHM=shared
	! unshare -m sh -c "$own" sh true 2>/dev/null || HEADROOM_SHM=own
	export HEADROOM_SHM
	[ "$HEADROOM_SHM" = shared ] ||
		exec unshare -m sh -c "$own" sh sh "$0" "$@"
fi

log=$(mktemp "${TMPDIR:-/tmp}/headroom-check.XXXXXX") || exit 1
trap 'rm -f "$log" "$log".*' EXIT
# timeout(1) is in a process group of its own and hands the signal on.
trap 'for pid in $child $beside; do kill "$pid"; done; exit 130' INT TERM HUP

# In a /dev/shm for all, a server that was killed keeps its place, and once all
# are taken no server starts. A client that was killed in the middle of its
# metadata leaves their database locked, and every new client of this user
# hangs. Where no server runs, and no mixer that waits for one, nobody needs
# either; who has joined a server once never finds those of a new registry.
[ "$HEADROOM_SHM" = own ] ||
	pgrep -x 'jackd|jackdbus' >/dev/null || pgrep -x headroomd >/dev/null ||
	rm -rf /dev/shm/jack-shm-registry "/dev/shm/jack_db-$(id -u)"

# wanted NAME: does a word of the prefix begin it?
wanted()
{
	[ -n "$prefix" ] || return 0
	for word in $prefix; do
		[ "${1#"$word"}" = "$1" ] || return 0
	done
	return 1
}

# among NAME WORD...: is it one of them?
among()
{
	name=$1
	shift
	for word in "$@"; do
		[ "$word" != "$name" ] || return 0
	done
	return 1
}

# cmocka_count WORD: sums what cmocka says, over all groups of a program.
cmocka_count()
{
	sed -n "s/^\[  $1 *\] \([0-9][0-9]*\) test(s).*/\1/p" "$log" |
		awk '{ n += $1 } END { print n + 0 }'
}

# script_count WORD: from the last line of a script.
script_count()
{
	tail -n 1 "$log" |
		sed -n 's/^\([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed$/\1 \2/p' |
		awk -v word="$1" '{ n = word == "passed" ? $1 : $2 }
			END { print n + 0 }'
}

# run KIND NAME COMMAND...: KIND is cmocka or script.
run()
{
	kind=$1
	test=$2
	shift 2
	begin=$(date +%s%N)
	timeout -k 10 "$limit" "$@" >"$log" 2>&1 </dev/null &
	child=$!
	wait "$child"
	code=$?
	child=""
	tenths=$((($(date +%s%N) - begin) / 100000000))
	if [ "$kind" = cmocka ]; then
		good=$(cmocka_count PASSED)
		wrong=$(cmocka_count FAILED)
		skipped=$(cmocka_count SKIPPED)
	else
		good=$(script_count passed)
		wrong=$(script_count failed)
		skipped=0
	fi
	why=""
	if [ "$code" -eq 124 ] || [ "$code" -eq 137 ]; then
		why=" (stopped after $limit s)"
	elif [ "$code" -ne 0 ] && [ "$wrong" -eq 0 ]; then
		why=" (exit code $code)"
	elif [ "$((good + wrong + skipped))" -eq 0 ]; then
		why=" (it ran no test)"
	fi
	# What went wrong beside the tests counts as one more.
	[ -z "$why" ] || wrong=$((wrong + 1))
	[ "$skipped" -eq 0 ] || why="$why ($skipped skipped)"
	programs=$((programs + 1))
	passed=$((passed + good))
	failed=$((failed + wrong))
	verdict=ok
	[ "$wrong" -eq 0 ] || verdict=FAILED
	printf '%-6s  %-28s %4d passed, %d failed  %4d.%d s%s\n' "$verdict" \
		"$test" "$good" "$wrong" $((tenths / 10)) $((tenths % 10)) "$why"
	sed -n 's/^SKIPPED: /        skipped: /p' "$log" | sort -u
	[ "$wrong" -eq 0 ] || {
		bad=$((bad + 1))
		sed 's/^/    /' "$log"
	}
}

# start_beside PREFIX...: runs these in the background.
start_beside()
{
	for part in "$@"; do
		HEADROOM_SHM="" sh "$0" "$build" "$part" "$HEADROOM_BUILD" \
			>"$log.$(echo "${part%% *}" | tr / -)" 2>&1 </dev/null &
		beside="$beside $!"
	done
}

# Waits for them, prints what they printed, and adds their counts.
end_beside()
{
	for pid in $beside; do
		wait "$pid"
	done
	beside=""
	for said in "$log".*; do
		[ -e "$said" ] || continue
		sed '/^$/d; /^[0-9]* programs, /d; /^[0-9]* passed, /d' "$said"
		counts=$(tail -n 2 "$said" | tr -c '0-9\n' ' ' | tr '\n' ' ')
		# shellcheck disable=SC2086 # four numbers
		set -- $counts
		if [ $# -ne 4 ]; then
			set -- 1 1 0 1
			printf 'FAILED  %s did not count its tests\n' "$said"
		fi
		programs=$((programs + $1))
		bad=$((bad + $2))
		passed=$((passed + $3))
		failed=$((failed + $4))
		rm -f "$said"
	done
}

# program NAME
program()
{
	run cmocka "$1" "$build/tests/$1"
}

# script NAME
script()
{
	with="sh"
	[ "${1%.py}" = "$1" ] || with=/usr/bin/python3
	run script "$1" "$with" "tests/$1" "$HEADROOM_BUILD"
}

# The programs of these kinds, in the order of their names.
programs_of()
{
	for kind in "$@"; do
		for source in tests/"$kind"/test_*.c; do
			[ ! -e "$source" ] || printf '%s\n' \
				"$kind/$(basename "$source" .c)"
		done
	done
}

scripts="config/run.sh ctl/run.sh ctl/desk.py ctl/wire.py browser/run.sh readme.sh"
# Programs of the rig that a busy machine does not disturb, in two halves that
# take as long.
half="rig/test_access rig/test_demo rig/test_disk rig/test_exact rig/test_history"
half="$half rig/test_scene rig/test_service rig/test_signals rig/test_subscribe"
other="rig/test_events rig/test_headroom rig/test_kill rig/test_lv2_faults"
other="$other rig/test_malformed rig/test_osc rig/test_pipewire rig/test_server_death"
other="$other rig/test_soundcheck rig/test_state"
if [ -z "$prefix" ]; then
	# shellcheck disable=SC2086 # words
	start_beside $scripts
	for name in $(programs_of unit conform fuzz lv2); do
		program "$name"
	done
	if [ "$HEADROOM_SHM" = own ] && [ -z "${HEADROOM_SANITIZED:-}" ]; then
		start_beside "$half" "$other"
	else
		half="" other=""
	fi
	end_beside
	for name in $(programs_of rig); do
		# shellcheck disable=SC2086 # words
		among "$name" $half $other || program "$name"
	done
else
	for name in $(programs_of unit conform fuzz lv2 rig); do
		! wanted "$name" || program "$name"
	done
	for name in $scripts; do
		! wanted "$name" || script "$name"
	done
fi
# Where the programs with planted faults were made, which sanitizers are not.
[ ! -e "$HEADROOM_BUILD/planted/headroomd" ] || [ -n "$prefix" ] ||
	run script realtime/run.sh sh tests/realtime/run.sh "$HEADROOM_BUILD"

printf '\n%d programs, %d of them failed\n' "$programs" "$bad"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
