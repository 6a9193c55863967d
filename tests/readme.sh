#!/bin/sh
# What README.md and the man pages tell people to type, typed: make run in a
# terminal of its own, the rest beside it. sh tests/readme.sh BUILD_DIR, from
# the project's root; ends with a line "N passed, N failed".
set -u

build=${1:?usage: sh tests/readme.sh BUILD_DIR}
root=$PWD
passed=0
failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/headroom-readme.XXXXXX") || exit 1

# A server, a port and a state directory that nobody else uses.
JACK_DEFAULT_SERVER=readme-$$
HEADROOM_OSC=udp://127.0.0.1:$((20000 + $$ % 20000))
PATH=$root/$build:$PATH
XDG_STATE_HOME=$work/state
unset STATE_DIRECTORY
export JACK_DEFAULT_SERVER HEADROOM_OSC PATH XDG_STATE_HOME
run=""

cleanup()
{
	[ -z "$run" ] || kill "$run" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

judge() # CODE WHAT
{
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok      $2"
	else
		failed=$((failed + 1))
		echo "FAILED  $2"
		sed 's/^/    /' "$work/out"
	fi
}

# try COMMAND: as typed. What watches goes on until it is stopped; a grep that
# finds nothing is no fault.
try()
{
	command=$(printf '%s\n' "$1" |
		sed "s|osc.udp://127.0.0.1:9018|osc.$HEADROOM_OSC|")
	case $1 in
	*--all) patience=60 ;;
	*meters | *events) patience=3 ;;
	*) patience=15 ;;
	esac
	timeout "$patience" sh -c "$command" >"$work/out" 2>&1 </dev/null
	code=$?
	case $1 in
	*grep*) [ "$code" -ne 1 ] || code=0 ;;
	*meters | *events) [ "$code" -ne 124 ] || code=0 ;;
	esac
	judge "$code" "$1"
}

# is ADDRESS VALUE: what stands there now.
is()
{
	headroomctl get "$1" >"$work/out" 2>&1
	grep -q " $2\$" "$work/out"
	judge $? "$1 is $2 then"
}

# begin DESK [NAME=VALUE...]: what make run runs, with the programs of the build
# under test, and the desk that it says it takes. A shell starts its children
# deaf to Ctrl-C.
begin()
{
	desk=$1
	shift
	# What the run before has said is not said by this one.
	: >"$work/run"
	setsid env --default-signal=INT "$@" sh client/demo/run.sh "$build" \
		>"$work/run" 2>&1 </dev/null &
	run=$!
	tries=0
	until grep -q 'Ctrl-C stops it' "$work/run" ||
		[ $((tries += 1)) -gt 150 ]; do
		sleep 0.1
	done
	cp "$work/run" "$work/out"
	grep -q 'Ctrl-C stops it' "$work/run" &&
		grep -q "headroomd with $desk, " "$work/run"
	judge $? "make run, with $desk"
}

end()
{
	kill -INT "$run"
	wait "$run"
	code=$?
	run=""
	cp "$work/run" "$work/out"
	judge "$code" "Ctrl-C"
	pgrep -f "$JACK_DEFAULT_SERVER|$HEADROOM_OSC" >"$work/out"
	[ ! -s "$work/out" ]
	judge $? "nothing is left running"
}

# said PAGE: every line of advice that a page shows is said, other numbers apart,
# once enough was heard: a busy machine may leave an insert out for a while.
said()
{
	sed -n '/^ *\(alarm\|warning\|note\)  .* no\. /,/^$\|^\.Ed$/p' "$1" |
		sed '/^$/d; /^\.Ed$/d; s/[0-9][0-9.]*/N/g; s/^ *//' \
			>"$work/shown"
	tries=0
	until
		headroomctl advise 2>&1 |
			sed 's/[0-9][0-9.]*/N/g; s/^ *//' >"$work/said"
		grep -vxFf "$work/said" "$work/shown" >"$work/out"
		[ ! -s "$work/out" ] || [ $((tries += 1)) -gt 20 ]
	do
		sleep 2
	done
	[ ! -s "$work/out" ] && [ -s "$work/said" ] && [ -s "$work/shown" ]
	judge $? "advice in ${1##*/} is what is said"
}

# heard CODE: waits until the desk has heard enough to say that.
heard()
{
	tries=0
	until
		headroomctl advise >"$work/out" 2>&1
		grep -q "($1, " "$work/out" || [ $((tries += 1)) -gt 60 ]
	do
		sleep 1
	done
	grep -q "($1, " "$work/out"
	judge $? "the band is heard: $1"
}

begin config/headroom.json LV2_PATH=/nonexistent
said README.md
said daemon/headroom.7
end
begin config/live-band.json
heard hot-source

# The commands that README.md and make run itself name.
for page in README.md "$work/run"; do
	sed -n 's,^ *[^ ]*/\(headroomctl [^ ].*\),\1,p' "$page" |
		sed 's/   .*//' >"$work/commands"
	[ -s "$work/commands" ]
	judge $? "commands in ${page##*/}"
	while read -r command; do
		try "$command"
	done <"$work/commands"
done
is /ch/kick/trim -14
rm -f headroom-report.html

# The examples of the pages. What they write stays in the scratch folder.
cd "$work" || exit 1
cp "$root"/config/*.json .
sed -n 's/^\$ \(headroomctl .*\)/\1/p' "$root/client/ctl/headroomctl.1" \
	>commands
sed -n 's/^\.Dl \(headroomd -n.*\)/\1/p' "$root/daemon/headroomd.8" >>commands
sed -n 's/^\(oscsend .*\)/\1/p' "$root/daemon/protocol/headroom-osc.7" \
	>>commands
while read -r command; do
	try "$command"
done <commands
is /ch/1/fader -6
is /ch/snare/mute 1

cd "$root" || exit 1
end

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
