#!/bin/sh
# headroomctl against a tiny daemon of the tests' own: sh tests/ctl/run.sh
# BUILD_DIR. Ends with a line "N passed, N failed".
set -u

ctl=${1:?usage: sh tests/ctl/run.sh BUILD_DIR}/headroomctl
here=$(dirname "$0")
work=$(mktemp -d "${TMPDIR:-/tmp}/headroomctl.XXXXXX") || exit 1
passed=0
failed=0
daemon=""
follower=""
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
unset HEADROOM_OSC NO_COLOR
export TZ=UTC

# start MODE [PORT]: the daemon, whose URL is then in HEADROOM_OSC.
start()
{
	rm -f "$work/ready"
	/usr/bin/python3 "$here/fake.py" "$1" "${2:-0}" "$work/ready" &
	daemon=$!
	tries=0
	until [ -s "$work/ready" ] || [ $((tries += 1)) -gt 100 ]; do
		sleep 0.05
	done
	port=$(cat "$work/ready")
	export HEADROOM_OSC="udp://127.0.0.1:$port"
}

stop()
{
	for pid in $daemon $follower; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	daemon="" follower=""
}

# it PROMISE STATUS: judges the last run by its exit status and by the files
# that were checked before; `wrong` gathers what is wrong.
it()
{
	[ "$code" = "$2" ] || wrong="$wrong exit status $code, not $2;"
	if [ -z "$wrong" ]; then
		passed=$((passed + 1))
		echo "ok      $1"
	else
		failed=$((failed + 1))
		echo "FAILED  $1:$wrong"
		sed 's/^/    out: /' "$work/out"
		sed 's/^/    err: /' "$work/err"
	fi
	wrong=""
}
wrong=""

run()
{
	"$ctl" "$@" >"$work/out" 2>"$work/err" </dev/null
	code=$?
}

# out TEXT, err TEXT: the whole output; says TEXT, warns TEXT: a part of it.
out()
{
	[ "$(cat "$work/out")" = "$1" ] || wrong="$wrong other output than \"$1\";"
}
says()
{
	grep -qF -- "$1" "$work/out" || wrong="$wrong nothing of \"$1\";"
}
warns()
{
	grep -qF -- "$1" "$work/err" || wrong="$wrong no warning of \"$1\";"
}
silent()
{
	[ ! -s "$work/err" ] || wrong="$wrong warnings;"
}
json()
{
	/usr/bin/python3 -c "import json, sys
v = [json.loads(l) for l in sys.stdin] if $1 else json.load(sys.stdin)
assert $2, v" <"$work/out" 2>>"$work/err" || wrong="$wrong not $2;"
}

# follow COMMAND...: runs it until ended, once it has had time to subscribe.
follow()
{
	"$ctl" "$@" >"$work/out" 2>"$work/err" </dev/null &
	follower=$!
	sleep 0.6
}

# soon TEXT FILE: waits until it stands in the file.
soon()
{
	tries=0
	until grep -qF -- "$1" "$work/$2"; do
		if [ $((tries += 1)) -gt 80 ]; then
			wrong="$wrong nothing of \"$1\";"
			return
		fi
		sleep 0.1
	done
}

ended()
{
	kill -INT "$follower" 2>/dev/null
	wait "$follower"
	code=$?
	follower=""
}

# --- without a daemon ---
run; warns "usage: headroomctl"; it "no command is a usage error" 2
run --help; says "Commands:"; silent; it "help goes to standard output" 0
for c in get set dump batch export watch meters events advise soundcheck \
	report scene reload add remove move insert config status list inserts \
	plugins; do
	run help "$c"; says "usage: headroomctl $c"; silent
	it "help tells of $c" 0
done
run -V; says "headroomctl "; it "the version is told" 0
run frobnicate; warns 'found command "frobnicate"'
it "an unknown command is named" 2
run --url http://localhost:9018 status; warns "allowed: udp://HOST:PORT"
it "a URL that is none is refused" 2
run -u 'udp://[::1' status; warns "allowed: udp://HOST:PORT"
it "a broken IPv6 URL is refused" 2
run get; warns "an ADDRESS is missing"; it "get needs an address" 2
run set /ch/kick/fader; warns "a VALUE is missing"; it "set needs a value" 2
run get --rate 5 /x; warns "get does not take --rate"
it "an option of another command is refused" 2
run meters --rate 1000; warns "allowed: a number from 0.01 to 100"
it "a rate out of range is refused" 2
run list --parameters; says "/<s>/fader"; says "-200 to 10 dB"
it "the schema needs no daemon" 0
run -j list --parameters
json 0 "[p for p in v if p['address'] == '/<s>/trim'][0]['max'] == 40"
it "the schema is there as JSON" 0
run -u udp://127.0.0.1:9 get /ch/kick/fader
warns "is headroomd running? (start it with \`headroomd -c FILE\`)"
it "a closed port is no answer" 3

start deaf
for c in "get /ch/kick/fader" "get /ch/*/fader" "set /ch/kick/fader 1" \
	status list meters "meters --once" watch events advise soundcheck report \
	inserts \
	plugins "scene list" "scene recall a" reload "reload --dry-run" \
	"add {}" "remove ch/a" "move ch/a 1" "insert add ch/a urn:a" \
	"config save" \
	"plugins urn:a:comp"; do
	# shellcheck disable=SC2086
	run -t 0.4 $c; warns "no answer from $HEADROOM_OSC within 0.4 s"
	it "$c: silence is no answer" 3
done
stop

# --- get and set ---
start normal
run get /ch/kick/fader; out "/ch/kick/fader -6"; silent
it "get prints what set takes" 0
run -u "osc.$HEADROOM_OSC/" get /ch/kick/fader; out "/ch/kick/fader -6"
it "a URL may be written as OSC tools do" 0
run get '/ch/*/fader' /master/mute
out "/ch/kick/fader -6
/ch/keys/fader -6
/master/mute 0"
it "patterns get an answer for each match" 0
run get '/ch/*/nothing'; warns "/ch/*/nothing"
it "a pattern that matches nothing is refused" 1
run get /nothing /ch/kick/fader
warns "headroomctl: $HEADROOM_OSC: /nothing: there is no such address"
out "/ch/kick/fader -6"; it "an unknown address is refused, others answered" 1
run get --json /ch/kick/fader /ch/kick/send/verb/tap
json 0 "v == {'/ch/kick/fader': -6, '/ch/kick/send/verb/tap': 'post'}"
it "get prints one JSON value" 0
run get ch/kick/fader
warns 'found "ch/kick/fader", allowed: an address such as /ch/kick/fader'
it "an address without its slash is no address" 2
for a in "" "/ch/kick fader" "/ch/[12/fader" "/ch/{1,2/fader"; do
	run get /ch/kick/fader "$a"; out ""; warns "found \"$a\", allowed: "
	it "\"$a\" is no address" 2
done
run set /ch/kick/fader -1 ch/kick/trim 2; out ""
warns 'found "ch/kick/trim", allowed: an address such as /ch/kick/fader'
it "nor is it to be set" 2
run get /ch/kick/fader; out "/ch/kick/fader -6"
it "then nothing is sent, also of what stands before" 0
run get /ch/kick/name; out "/ch/kick/name Kick?[31m"
it "no text can play with the terminal" 0
run get -j /ch/kick/name; json 0 "v == {'/ch/kick/name': 'Kick\\x1b[31m'}"
it "JSON has text as it is" 0

run set /ch/kick/fader -12.3; out "/ch/kick/fader -12.3"; silent
it "set takes negative numbers and prints what stands" 0
run set -j /ch/kick/fader -3.3; json 0 "v == {'/ch/kick/fader': -3.3}"
it "a float is its shortest decimal in JSON" 0
run set /ch/kick/fader -6dB /ch/kick/mute on /ch/kick/send/verb/tap pre
out "/ch/kick/fader -6
/ch/kick/mute 1
/ch/kick/send/verb/tap pre"
it "values are typed by the schema, many at once" 0
run set /ch/kick/fader -inf; out "/ch/kick/fader -200"; it "-inf is off" 0
run set /ch/kick/name 12; out "/ch/kick/name 12"; it "a name may be a number" 0
run set /ch/kick/fader 20; out "/ch/kick/fader 10"
warns "/ch/kick/fader: set to 10, allowed: -200 to 10 dB"
it "a value out of range is told" 0
run set '/ch/*/fader' 99; out "/ch/kick/fader 10
/ch/keys/fader 10"
warns "/ch/*/fader: set to 10, allowed: -200 to 10 dB"
[ "$(wc -l <"$work/err")" = 1 ] || wrong="$wrong warnings;"
it "by a pattern it is told once" 0
run set '/ch/*/fader' 99 '/ch/k*/fader' -3; out "/ch/kick/fader -3
/ch/keys/fader -3"; silent; it "what is set again further on is not told" 0
run set /ch/kick/fader 99 '/ch/*/fader' -6 /ch/keys/fader -9
out "/ch/kick/fader -6
/ch/keys/fader -9"; silent; it "a pattern and an address may cover each other" 0
run set '/master/f*' 99; warns "/master/fader: set to 10, allowed: -200"
it "a pattern may leave the parameter open" 0
"$ctl" set '/*/name' Main '/*/fader' -6 '/*/trim' 0 '/*/mute' 0 \
	>"$work/other" 2>&1
run set /ch/1/fader -6 /ch/kick/fader -7; out "/ch/1/fader -7
/ch/kick/fader -7"; silent; it "one strip by place, then by id, is no loss" 0
run set /ch/kick/fader -6 /ch/1/fader 99; says "/ch/kick/fader 10"; warns "/ch/1/fader: set to 10, allowed: -200 to 10 dB"
[ "$(wc -l <"$work/err")" = 1 ] || wrong="$wrong warnings;"
it "nor is it by id, then by place and out of range" 0
run set /ch/1/fader -6 '/ch/k[hi]*/fader' -7; out "/ch/1/fader -7
/ch/kick/fader -7"; silent; it "nor by place, then by a pattern" 0
run set /ch/kick/fader loud; warns 'found "loud"'
it "a value of a wrong type is refused" 1
run set '/ch/*/mute' 1; out "/ch/kick/mute 1
/ch/keys/mute 1"; it "set takes patterns" 0
run get '/ch/*/*'; cp "$work/out" "$work/saved"
run set '/ch/*/fader' 0
"$ctl" set - <"$work/saved" >"$work/out" 2>"$work/err"; code=$?
out "$(cat "$work/saved")"; it "set reads back what get has printed" 0
echo "nonsense" | "$ctl" set - >"$work/out" 2>"$work/err"; code=$?
warns 'found "nonsense"'; it "a line that is none is refused" 2

# --- list, status, meters ---
run list; says "ch/keys              2  Keys                 stereo"
says "in trim fader     verb"; it "list shows strips, stages and sends" 0
run list --json
json 0 "v[0]['sends'] == ['verb'] and v[1]['place'] == 2 and len(v) == 4 \
	and [s['outputs'] for s in v] == [False, False, True, True]"
it "list has JSON" 0
run list --addresses; says "/ch/kick/send/verb/level"; says "/master/fader"
says "/meter/bus/verb/trim"; says "/status/jack"; says "/loudness/bus/verb"
[ "$(grep -c /pan "$work/out")" = 4 ] || wrong=" pans;"
it "list shows every address, and none that is not there" 0
run status; says "sample_rate      48000 Hz"; says "jack             running"
it "status is read at a glance" 0
run status --json; json 0 "v['period'] == 64 and v['drops']['malformed'] == 0"
it "status has JSON" 0
run meters --once; [ "$(wc -l <"$work/out")" = 26 ] || wrong=" lines;"
says "ch/kick          in                -12.0   -15.0     12.0  nominal"
says "ch/kick          trim               -5.0    -8.0      5.0  hot"
says "ch/kick          fader              +2.0    -1.0     -2.0  over"
says "ch/keys          trim          R   -40.0   -43.0     40.0  nominal"
says "bus/verb         trim          L    +1.5    -1.5     -1.5  over"
says "bus/verb         fader         L    +1.5    -1.5     -1.5  clip"
says "master           fader         R    +1.5    -1.5     -1.5  clip"
says "master             -20.1   -23.2   -23.4     5.6   +0.78   -90.1    12.3       -"
it "one table of meters has every stage and lane with its zone" 0
run meters --once ch/2; [ "$(wc -l <"$work/out")" = 7 ] || wrong=" lines;"
says "ch/keys          in            L"; it "meters takes a strip by place" 0
run meters --once /meter/bus; [ "$(wc -l <"$work/out")" = 10 ] || wrong=" lines;"
it "meters takes a kind of strips" 0
run meters --once /nope; warns 'found prefix "/nope"'
it "meters of nothing are refused" 1
run meters --once --json master
json 1 "v[0]['strips'][0]['stages'][2]['lanes'][1]['zone'] == 'clip'"
json 1 "v[0]['strips'][0]['loudness']['integrated'] == -23.4"
it "meters have JSON" 0
follow meters --rate 5 --json; sleep 1; ended
json 1 "4 <= len(v) <= 12"; it "meters come at the rate" 0
follow meters --rate 5 --json /meter/ch/keys/trim; sleep 1; ended
json 1 "[[l['peak'] for g in t['strips'][0]['stages'] for l in g['lanes']] \
	for t in v][-1] == [-40, -40]"
it "meters takes a stage" 0

LC_ALL=C.UTF-8 TERM=xterm /usr/bin/python3 "$here/terminal.py" 100 24 "$ctl" \
	meters >"$work/out" 2>"$work/err"; code=$?
for word in CHANNELS BUSES MASTER Keys "48000 Hz" running "2 xruns" "█" \
	"·" "+1.5" "peak  room" "I -23.4 LUFS  S -23.2" "corr 0.78"; do
	says "$word"
done
it "in a terminal there is a meter bridge, and q quits" 0
KEYS=lq LC_ALL=C.UTF-8 TERM=xterm /usr/bin/python3 "$here/terminal.py" 120 24 \
	"$ctl" meters >"$work/out" 2>"$work/err"; code=$?
says "I -23.4 LUFS"; says "max S -21.0"
run meters --once --json master
json 1 "v[0]['strips'][0]['loudness']['integrated'] == -200"
it "a key resets the loudness" 0
run get /loudness/reset; out "/loudness/reset 2"; it "so does a get" 0
LC_ALL=C TERM=vt100 /usr/bin/python3 "$here/terminal.py" 40 8 "$ctl" meters \
	>"$work/out" 2>"$work/err"; code=$?
says "---"; says "Keys"; it "it needs neither colour nor room nor UTF-8" 0
TERM=none-such /usr/bin/python3 "$here/terminal.py" 80 24 "$ctl" meters \
	>"$work/out" 2>"$work/err"; code=$?
says "is not known to ncurses"; it "an unknown terminal is named" 2

# --- insert slots and plugins ---
run inserts; [ "$(wc -l <"$work/out")" = 1 ] || wrong=" lines;"; silent
it "a desk without slots has an empty table" 0
stop
start old
run meters --once; says "ch/kick          trim               -5.0    -8.0      5.0  hot"
it "a daemon that knows no meter blobs sends messages" 0
stop
start reloads
follow meters --rate 10 --json ch/kick; sleep 2; ended
json 1 "[t['strips'][0]['stages'][2]['lanes'][0]['peak'] for t in v \
	if t['strips']][::len(v) - 1] == [2, -3]"
it "meters go on when the layout becomes another" 0
stop

# --- another desk ---
start other
{ sleep 1; "$ctl" set /ch/keys/mute 1 >"$work/set"; } &
setter=$!
LC_ALL=C.UTF-8 TERM=xterm /usr/bin/python3 "$here/terminal.py" 100 24 "$ctl" \
	meters >"$work/out" 2>"$work/err"; code=$?
says "Organ"; says "desk reload: 1 changed"
it "the meter bridge shows the strips of another desk" 0
wait $setter
stop
start other
follow meters --rate 5 --json; "$ctl" set /ch/keys/mute 1 >"$work/set"
sleep 1; ended
json 1 "[t['strips'][1]['stages'][0]['lanes'][0]['zone'] for t in v][::len(v) \
	- 1] == ['nominal', 'low']"
it "meters go by the targets of another desk" 0
stop
start other
follow watch /ch; "$ctl" set /ch/keys/mute 1 >"$work/set"
soon "/ch/kick/fader -20" out; ended
out "/ch/keys/mute 1
/ch/kick/fader -20"
it "watch prints what is not as it was in another desk" 0
run events --once --since 3; says "desk reload: 1 changed"
it "another desk is an event" 0
stop
start slots
run inserts ch/keys; silent
out "STRIP            SLOT  KIND  NAME                         STATE        BYPASS
ch/keys             1  lv2   Comp?ressor                  active       0
  thr                  -20 dB             -60 to 0                 Threshold
  mode                 peak (0)           peak, true               Dete?ctor
ch/keys             2  jack  jack                         bypassed     1"
it "inserts shows slots with their parameters" 0
run inserts -j ch/2
json 0 "v[0]['strip'] == 'ch/keys' and v[0]['params'][0]['unit'] == 'dB' \
	and v[0]['params'][0]['value'] == -20 and v[1]['bypass'] is True"
it "inserts takes a strip by place" 0
run inserts nope; warns 'found strip "nope"'; it "a strip that is none is refused" 1
run list; says "  insert/1  lv2 Comp?ressor: active"
says "in trim insert/1 insert/2 fader"; it "list shows the slots" 0
run list -j
json 0 "v[1]['inserts'][1] == {'slot': 2, 'kind': 'jack', 'name': 'jack', \
	'state': 'bypassed'} and v[0]['inserts'] == []"
it "list has them as JSON" 0
run list --addresses; says "/ch/keys/insert/1/param/thr"
says "/ch/keys/insert/2/bypass"; says "/meter/ch/keys/insert/2"
it "addresses are those of slots and their parameters, too" 0
run get /ch/keys/insert/1/param/thr '/ch/keys/insert/*/bypass'
out "/ch/keys/insert/1/param/thr -20
/ch/keys/insert/1/bypass 0
/ch/keys/insert/2/bypass 1"
it "get reads slots" 0
run set /ch/keys/insert/1/param/thr -12.5 /ch/2/insert/1/bypass on; silent
out "/ch/keys/insert/1/param/thr -12.5
/ch/2/insert/1/bypass 1"
it "set sets them" 0
run set /ch/keys/insert/1/param/thr -9dB; silent
out "/ch/keys/insert/1/param/thr -9"; it "a plugin's value may have its unit" 0
run set /ch/keys/insert/1/param/thr 9ms; out ""
warns '/ch/keys/insert/1/param/thr: found "9ms", allowed: -60 to 0 dB'
it "a wrong unit is refused, and nothing is set" 1
echo "/ch/keys/insert/1/param/thr -7 dB" | "$ctl" batch >"$work/out" 2>"$work/err"
code=$?; silent; out "/ch/keys/insert/1/param/thr -7"
it "a batch takes units of plugins, too" 0
run set /ch/keys/insert/1/param/thr 6
out "/ch/keys/insert/1/param/thr 0"
warns "/ch/keys/insert/1/param/thr: set to 0, allowed: -60 to 0 dB"
it "a plugin's own range is told" 0
follow watch /ch/keys/insert
"$ctl" set /ch/keys/insert/1/param/thr -3 >"$work/other" 2>&1
soon "/ch/keys/insert/1/param/thr -3" out; ended
it "watch tells of a parameter" 0
run events --once --since 3
out "4  2026-11-22 23:04:08.678  frame 400  insert 1 of ch/keys failed: it makes NaN"
it "events tell what has become of a slot" 0
run events --once --since 3 --json
json 1 "v == [{'time': '2026-11-22T23:04:08.678Z', \
	'event': 'insert', 'sequence': 4, 'frame': 400, \
	'strip': 'ch/keys', 'slot': 1, 'state': 'failed', \
	'reason': 'it makes NaN'}]"
it "they do so in JSON" 0
run plugins; silent
out "NAME                             INPUTS OUTPUTS PARAMS  URI
Compressor                            2       2      2  urn:a:comp
Gain                                  1       1      0  urn:a:gain"
it "plugins lists what is installed, lost packets asked for again" 0
run plugins --json GAIN
json 0 "v == [{'uri': 'urn:a:gain', 'name': 'Gain', 'inputs': 1, \
	'outputs': 1, 'params': 0}]"
it "a filter narrows them" 0
run plugins urn:a:comp; silent
out "Compressor
urn:a:comp
2 inputs, 2 outputs

  PARAMETER            DEFAULT            VALUES                   NAME
  thr                  -20 dB             -60 to 0                 Threshold
  mode                 peak (0)           peak, true               Dete?ctor

  PRESET                       URI
  Gentle                       urn:a:comp#x"
it "a whole URI shows all of a plugin" 0
run plugins -j urn:a:comp
json 0 "v['params'][1]['choices'][1]['label'] == 'true'"
it "it does so in JSON" 0
run plugins urn:a; says "urn:a:gain"; it "a part of a URI is a filter" 0
run plugins nothing; warns 'no plugin has "nothing" in its name or URI'
it "what no plugin has is refused" 1
run plugins a b; warns "allowed: one FILTER or URI"; it "two filters are too many" 2
stop
start normal

# --- advice ---
run advise; silent
out "warning  ch/kick trim   (hot-source, no. 3)
    ch/kick is too hot: turn it down by 8.0 dB.
      /ch/kick/trim -8
      /ch/kick/fader 2.1

1 finding, of which the desk can mend 1: \`headroomctl advise --apply NUMBER\`, or \`--all\`."
it "advise says what is wrong, lost packets asked for again" 0
run advise --json
json 0 "v['findings'] == [{'id': 3, 'severity': 'warning', \
	'code': 'hot-source', 'strip': 'ch/kick', 'stage': 'trim', 'value': -6, \
	'limit': -10, 'unit': 'dBFS', 'seconds': 12, \
	'words': 'ch/kick is too hot: turn it down by 8.0 dB.', \
	'fix': [{'address': '/ch/kick/trim', 'value': -8}, \
	{'address': '/ch/kick/fader', 'value': 2.1}]}]"
it "it does so in JSON" 0
run advise --apply 9; warns "found no finding 9"
it "a finding that is none is refused" 1
run advise --apply 3; silent; says "Applied no. 3: 2 values set."
it "a finding is applied" 0
run advise; silent; says "Nothing to mend"; it "then it is gone" 0
run advise --undo; out "Took back: advice 3, 2 values."; it "an undo is told" 0
run advise --undo; out "There is no step to take back."
it "where there is none, that is told" 0
run advise --all; silent; says "Nothing to mend"
says "Applied 1 finding: 2 values set in 1 step."
it "all is applied, and listened to" 0

# --- sound check ---
run soundcheck ch/kick ch/keys --seconds 1; silent
out "Listening to 2 strips for 1 s: play the loudest passages.
STRIP      PEAK    RMS  HEARD   TRIM    NEW
ch/kick    -2.0   -5.0    0.9   +0.0  -10.0  too hot: trim down
ch/keys   -14.2      -    0.5   +3.0         right

ch/kick peaks at -2.0 dBFS: trim down by 10.0 dB.
ch/keys leave? it.

Nothing was moved. To move this trim, add --apply."
it "a sound check proposes, lost packets asked for again" 0
run get /ch/kick/trim; out "/ch/kick/trim 0"; it "and moves nothing" 0
run soundcheck --seconds 1 --json
json 0 "v == {'seconds': 1, 'applied': 0, 'balance': False, 'strips': [ \
	{'strip': 'ch/kick', 'verdict': 'move', 'peak': -2, 'rms': -5, \
	'heard': 0.9, 'trim': 0, 'proposed': -10, \
	'words': 'peaks at -2.0 dBFS: trim down by 10.0 dB'}, \
	{'strip': 'ch/keys', 'verdict': 'right', 'peak': -14.25, 'rms': -200, \
	'heard': 0.5, 'trim': 3, 'proposed': 3, 'words': 'leave? it'}]}"
silent; it "it does so in JSON" 0
run soundcheck --seconds 6; says "5 of 6 s: ch/kick -2.0, ch/keys -14.2"
it "where there is no terminal, lines tell how far it is" 0
run soundcheck --seconds 1 --apply; silent
says "Moved 1 trim. Take that back with \`headroomctl advise --undo\`."
it "it is applied without a question" 0
run get /ch/kick/trim; out "/ch/kick/trim -10"; it "then it stands" 0
run soundcheck --seconds 1 -AK --json; json 0 "v['applied'] == 1 and v['balance']"
it "faders can go against the trims" 0
run soundcheck busy; warns "found a sound check with 7 s to go"
it "there is one at a time" 1
for c in gone stolen; do
	run soundcheck $c --seconds 2 --apply; warns "ended from elsewhere"
	warns "nothing was moved"
	it "a check that is $c is told" 4
done
run soundcheck stuck --seconds 2; warns "is its JACK server running?"
it "a mixer that hears nothing is told" 4
run get /ch/kick/name; out "/ch/kick/name cancelled"; it "and the check cancelled" 0
run soundcheck changed --seconds 1 --apply; warns "has become something else"
it "what is moved is what was shown" 4
run soundcheck a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g
warns "allowed:"; it "too many strips are too many" 2
run set /ch/kick/trim 0 /ch/kick/name Kick
follow soundcheck; ended; warns "interrupted; nothing was moved"
it "an interrupt ends it" 1
run get /ch/kick/name; out "/ch/kick/name cancelled"
it "then it does not go on" 0
export LC_ALL=C.UTF-8 TERM=xterm
for answer in y n; do
	KEYS="$answer
" /usr/bin/python3 "$here/terminal.py" 80 24 "$ctl" soundcheck --seconds 1 \
		>"$work/out" 2>"$work/err"; code=$?
	for word in "Play the loudest passages: 1 s to go." "█" "·" \
		"peak   -2.0 dBFS" "Move these trims? [y/N]"; do
		says "$word"
	done
	[ $answer = y ] || says "Nothing was moved."
	[ $answer = n ] || says "Moved 1 trim."
	it "on a terminal it shows levels and asks; $answer" 0
	run get /ch/kick/trim
	if [ $answer = y ]; then
		out "/ch/kick/trim -10"
	else
		out "/ch/kick/trim 0"
	fi
	it "and does as it was told; $answer" 0
	run set /ch/kick/trim 0
done
LC_ALL=C KEYS="
" /usr/bin/python3 "$here/terminal.py" 30 3 "$ctl" soundcheck --seconds 1 \
	>"$work/out" 2>"$work/err"; code=$?
says "and 2 more"; says "Nothing was moved."
it "it needs neither room nor UTF-8" 0
KEYS="
" /usr/bin/python3 "$here/terminal.py" 80 24 "$ctl" soundcheck --seconds 1 \
	--plain >"$work/out" 2>"$work/err"; code=$?
says "Listening to 2 strips"; it "nor bars" 0
unset LC_ALL TERM

# --- changes of the configuration ---
run reload --dry-run; silent
out '+ ch/choir
- bus/old
~ ch/kick: from place 1 to 3
~ ch/kick: fader: from 0 to -3?
note: master.inserts[0].lv2: found "urn:a"'
it "a dry run tells what a reload would change, lost lines asked for again" 0
run reload --json; silent
json 0 "v['verdict'] == 'done' and v['lines'][0] == \
	{'kind': 'added', 'text': 'ch/choir'} and len(v['lines']) == 5"
it "a reload is there as JSON" 0
run reload; out "Nothing changed."; it "a reload that changes nothing says so" 0
run add '{ "channel": { "id": "a b" } }'; silent
out '~ /add {"channel":{"id":"a b"}}'; it "a strip is added" 0
echo '{ "bus": { "id": "x" } }' >"$work/json"
"$ctl" add - <"$work/json" >"$work/out" 2>"$work/err"; code=$?
out '~ /add {"bus":{"id":"x"}}'; it "a strip is added from standard input" 0
run add bad; out ""
warns 'headroomctl: headroom.json:3: channels[0].to: found 1'
warns 'headroomctl: headroom.json:9: a?[31m: found 2'
it "every reason for a refusal is told" 1
run --json add bad; warns "channels[0].to: found 1"
json 0 "v['verdict'] == 'refused' and v['lines'][1]['kind'] == 'error'"
it "a refusal is there as JSON" 1
run add "$(printf '{"a": "%030000d"}' 7)"; out "~ /add 30008 bytes"
it "a long strip takes a large packet" 0
run -u "tcp${HEADROOM_OSC#udp}" add x; it "without a connection there is none" 3
run add "$(printf '{"a": "%060000d"}' 7)"
warns "found more than 60000 bytes of JSON"; it "JSON has an end" 2
run remove /ch/kick; out "- ch/kick"
warns "1 line of the answer lost on the way"
it "what was lost of a removal is told, not asked again" 0
run remove ch/none; out ""; warns '/remove: found strip "ch/none"'
it "an unknown strip is refused" 1
run move ch/kick 2; out "~ /move ch/kick 2"; it "a strip is moved" 0
run insert add ch/kick urn:a
out '~ /add ch/kick/insert {"lv2":"urn:a"}'; it "a plugin comes last" 0
run insert add master 2 '{ "jack": {} }'
out '~ /add master/insert/2 {"jack":{}}'; it "a slot comes to a place" 0
run insert remove bus/verb 3; out "~ /remove bus/verb/insert/3"
it "a slot is removed" 0
run insert move ch/kick 1 2; out "~ /move ch/kick/insert/1 2"
it "a slot is moved" 0
run config save; out "Saved /etc/head?room.json"
it "the configuration is saved" 0
run --json config save; json 0 "v['lines'] == [{'kind': 'saved', 'text': '/etc/head\x1broom.json'}]"
it "a saving is there as JSON" 0
run reload now; warns "found 1 arguments, allowed: none"
it "reload takes no argument" 2
run add; warns "allowed: one JSON"; it "add wants JSON" 2
run remove 'ch/*'; warns 'found strip "ch/*"'
it "a strip to remove is no pattern" 2
run move ch/kick; warns "allowed: STRIP and PLACE"; it "move wants a place" 2
for place in 0 -2 1x ""; do
	run move -- ch/kick "$place"
	warns "found place \"$place\", allowed: a whole number from 1"
	it "\"$place\" is no place" 2
done
run insert; warns "found nothing, allowed: add, remove or move"
it "insert wants to know what to do" 2
run insert frob; warns 'found "frob"'; it "what is done to slots is known" 2
run insert add ch/kick
warns "allowed: STRIP, a PLACE if wanted, and JSON or a URI"
it "a slot is something" 2
run insert move ch/kick 1; warns "allowed: STRIP, FROM and TO"
it "a slot moves to somewhere" 2
run insert add 'a b' urn:a; warns 'found strip "a b"'
it "a strip is one that addresses can name" 2
run config; warns "found nothing, allowed: save"; it "config wants save" 2
run add --dry-run x; warns "add does not take --dry-run"
it "only a reload can be tried" 2

# --- scenes ---
run scene list; silent
out "NAME                             VALUES  SAVED
Vers 1                                2  2026-11-22 23:04:05
cut                                   0  2026-11-22 23:04:05  line 2: found nothing"
it "scenes are listed, lost packets asked for again" 0
run --json scene list
json 0 "[s['name'] for s in v['scenes']] == ['Vers 1', 'cut'] and \
	v['scenes'][0]['saved'] == '2026-11-22T23:04:05.678Z'"
it "they are as JSON, too" 0
run scene preview "Vers 1"; silent
out "/ch/kick/fader  -30 -> -6.3
/ch/kick/send/verb/tap  pre -> post
/ch/keys/fader  is safe
Would change: 2 values; safe, and left alone: 1 value."
it "a preview is a list of changes" 0
run scene show "Vers 1"
out "/ch/kick/fader -6.3
# not of this desk: /ch/gone/fader"
it "a scene is shown as set reads it" 0
run scene recall "Vers 1" --fade 2.5 --only 'ch/drum*' -O '/ch/*/fader' --json
json 0 "v == {'name': 'Vers 1', 'changes': 3, 'safe': 1, 'unknown': 2, \
	'fade': 2.5}"
it "a recall hands fade and scope on" 0
run scene recall "Vers 1"
out "Recalled Vers 1; changed: 3 values; safe, and left alone: 1 value."
it "a recall is told" 0
run scene current; out "Vers 1, changed since, fading for 1.5 s more"
it "the current scene is told" 0
run scene save A; out "Saved A: 140 values."; it "a save is told" 0
run scene rename A B; out "Renamed A to B."; it "a new name is told" 0
run scene delete B; out "Deleted B."; it "a deletion is told" 0
run scene stop; out "Held: 1 value."; it "a stop is told" 0
run scene recall none; warns 'found no scene "none"'
it "a scene that is none is refused" 1
run scene; warns "allowed: list, save, recall"; it "scene wants an action" 2
run scene frob; warns 'found "frob"'; it "an unknown action is named" 2
run scene recall; warns "allowed: one NAME"; it "recall wants a name" 2
run scene list --fade 2; warns "scene list does not take --fade"
it "a list does not fade" 2
run scene recall A --fade 4000; warns "allowed: a number from 0 to 3600"
it "a fade has an end" 2
run advise --all --undo; warns "allowed: one of --apply ID, --all and --undo"
it "one option at a time" 2
run soundcheck --apply=3; warns "apply"; it "a sound check has no number" 2
run soundcheck --rate 3; warns "soundcheck does not take --rate"
it "a sound check has its own options" 2
run advise --keep-balance; warns "advise does not take --keep-balance"
it "which advise does not have" 2
run advise now; warns "found an argument"; it "advise takes no argument" 2
run advise --apply x; warns "--apply: found"; it "a number is a number" 2
run advise --apply 2.5; warns "allowed: a whole number"; it "and a whole one" 2
stop

# --- report ---
# page WHAT STATUS: the page has one mark that it is whole, and nothing that
# would be fetched or run.
page()
{
	tail -n 1 "$work/page" | grep -qx '</html>' || wrong="$wrong no end;"
	! grep -qiE '<script|<b x|https?:|src=|url\(|@import' "$work/page" ||
		wrong="$wrong it fetches or runs something;"
	it "$1" "$2"
}
start normal
run report -o "$work/page"; silent; out "Wrote $work/page: 4 strips, 1 finding."
page "report writes a page" 0
run report -o -; silent; cmp -s "$work/page" "$work/out" || [ -s "$work/out" ] ||
	wrong="$wrong nothing;"
says '<desc id="d0">'; says "in: true peak -12.0 dBFS, RMS -15.0 dBFS, nominal."
says "trim +0.0 dB; then trim: true peak -5.0 dBFS"
says "What to do first:</b> mend ch/kick at its trim"
says "integrated loudness is -23.4 LUFS"; says "There were none."
it "it says the levels in words, too" 0
run report -o - --since 1 --title 'A & B'; silent
says "<title>A &amp; B</title>"; says "Events since no. 1<"; says "over 1, jack 1."
says "over at ch/kick trim, 1 time, up to +2.5 dBFS"
says "from ch/kick/trim."; it "and the events since a number" 0
run report --json -o "$work/page"
json 0 "v['findings'] == 1 and v['strips'] == 4"; it "it says so in JSON" 0
chmod 600 "$work/page"; umask 027
run report -o "$work/page"; umask 022
[ "$(stat -c %a "$work/page")" = 640 ] || wrong="$wrong other rights;"
[ "$(ls "$work"/page*)" = "$work/page" ] || wrong="$wrong a file is left;"
page "a page that is there is replaced" 0
run report -o "$work/none/page"; warns "No such file or directory"
it "a folder that is not there is named" 4
run report -s 1 -S 5; warns "found --since with --seconds"
it "one beginning at a time" 2
run report page; warns 'found "page", allowed: only options'
it "report takes no argument" 2
run report -S 0; warns "--seconds: found"; it "seconds are in bounds" 2
stop
start slots
run report -o -; silent
[ "$(sed -n '/What is worst/,/<.ol>/s/.*span> \(.*no\. .\)\..*/\1/p' \
	"$work/out" | tr '\n' ',')" = \
	"master is alarm no. 7,bus/verb is warning no. 6," ] ||
	wrong="$wrong another order;"
says "Something is over full scale: 1 alarm, 3 warnings, 1 note."
says "What to do first:</b> mend master at its input, by hand."
says "The desk can mend 1 of 5"
says "active: Comp?ressor"
it "the worst findings come first, and slots are told" 0
stop
start hostile
run report -o "$work/page"; silent; grep -q '&lt;script&gt;' "$work/page" ||
	wrong="$wrong no name;"
page "what the wire brings is text on the page" 0
stop
start normal

# --- dump ---
run dump /ch/keys; silent
out "/ch/keys/name Keys
/ch/keys/trim 0
/ch/keys/fader -6
/ch/keys/mute 0"
it "dump prints what set reads" 0
"$ctl" set - <"$work/out" >"$work/other" 2>&1 || wrong="$wrong set fails;"
it "and set reads it" 0
run dump --json /ch/kick/fader
json 1 "v == [{'address': '/ch/kick/fader', 'value': -6}]"
it "dump has JSON lines" 0
run dump a b; warns "allowed: one PREFIX"; it "two prefixes are too many" 2

# --- watch and events ---
follow watch /ch
"$ctl" set /ch/kick/trim 3 >"$work/other" 2>&1
soon "/ch/kick/trim 3" out; ended; silent
it "watch prints a change at once, and Ctrl-C ends it well" 0
follow watch --json
"$ctl" set /ch/kick/trim 4.5 >"$work/other" 2>&1
soon trim out; ended; json 1 "v == [{'address': '/ch/kick/trim', 'value': 4.5}]"
it "watch has JSON lines" 0
stop
start normal
run events --once
says "over at ch/kick trim, lane 1, peak +2.5 dBFS, 11 samples, from ch/kick/trim: turn its trim down"
[ "$(wc -l <"$work/out")" = 3 ] || wrong="$wrong lines;"
it "kept events are replayed" 0
run events --once --since 2 --json
json 1 "v == [{'time': '2026-11-22T23:04:07.678Z', \
	'event': 'jack', 'sequence': 3, 'frame': 300, 'state': 'waiting'}]"
it "events have JSON, from where one likes" 0
follow events --follow
soon "3  2026" out; ended
[ "$(wc -l <"$work/out")" = 3 ] || wrong="$wrong lines;"
it "--follow begins with those that are kept" 0
run events --once --since 2026-11-22T23:04:06.678Z
[ "$(wc -l <"$work/out")" = 2 ] || wrong="$wrong lines;"
says "over at"; it "events begin at a time" 0
run events --once --since 1000d
[ "$(wc -l <"$work/out")" = 3 ] || wrong="$wrong lines;"
it "or some time ago" 0
run events --since yesterday; warns "allowed: a sequence number such as 1200"
it "what is no time is refused" 2
run events --once --json; cp "$work/out" "$work/events.jsonl"
old=$HEADROOM_OSC
HEADROOM_OSC=udp://127.0.0.1:1
run events --file "$work/events.jsonl" --json
out "$(cat "$work/events.jsonl")"; silent
it "events are read from a file while the daemon is down" 0
mkdir "$work/state"
sed 1q "$work/events.jsonl" >"$work/state/events.12.jsonl"
sed -n 2p "$work/events.jsonl" >"$work/state/events.9.jsonl"
{ echo '{"time":"2026-'; sed -n 3p "$work/events.jsonl"; } \
	>"$work/state/events.jsonl"
run events -F "$work/state" -j
out "$(cat "$work/events.jsonl")"
warns "$work/state: 1 line passed over, which holds no event"
it "and from all files of a directory, oldest first" 0
run events -F "$work/state" --since 2; out "3  2026-11-22 23:04:07.678  frame 300  jack waiting: start the JACK server; ports and values come back with it"
it "from an event on" 0
run events --file "$work/none"; warns "$work/none: No such file"
it "a file that is not there is told" 4
run events --file "$work/state" --follow; warns "--file with --follow"
it "a file is not followed" 2
HEADROOM_OSC=$old
follow events
"$ctl" set /ch/keys/mute 1 >"$work/other" 2>&1
soon "5  2026" out; ended
out "4  2026-11-22 23:04:05.678  frame 0  xrun, 4 so far: where there are many, a longer period helps
5  2026-11-22 23:04:05.678  frame 0  xrun, 5 so far: where there are many, a longer period helps"
it "an event that was lost on the way is asked for" 0

# --- trouble ---
follow watch
old=$port
kill "$daemon"; wait "$daemon" 2>/dev/null
soon "lost $HEADROOM_OSC, waiting" err
start normal "$old"
soon "is back" err
"$ctl" set /ch/kick/trim 5 >"$work/other" 2>&1
soon "/ch/kick/trim 5" out; ended
it "watch subscribes again when the daemon is back" 0
follow watch -t 1
kill "$daemon"; wait "$daemon" 2>/dev/null; daemon=""
soon "for more than 1 s" err
wait "$follower"; code=$?; follower=""
it "with a timeout, a daemon that stays away is lost" 4
start lossy
run get /ch/kick/fader; out "/ch/kick/fader -6"; silent
it "a lost question is asked again" 0
run list; says "master"; silent; it "a lost /list is asked again" 0
run dump /ch/keys; silent; says "/ch/keys/name"; it "so is what a dump lost" 0
run set /ch/kick/fader -9
warns "/ch/kick/fader: stands at -6, not at -9: lost on the way"
it "a lost set is told" 1
run set '/ch/*/fader' -9 /ch/1/mute 1
warns "/ch/kick/fader: stands at -6, not at -9: lost on the way"
warns "/ch/keys/fader: stands at -6, not at -9: lost on the way"
warns "/ch/1/mute: stands at 0, not at 1: lost on the way"
it "so is one by a pattern, for each address" 1
run set /ch/1/fader -9 /ch/kick/fader -7
warns "/ch/1/fader: stands at -6, not at -9: lost on the way"
warns "/ch/kick/fader: stands at -6, not at -7: lost on the way"
it "and one of a strip by two names" 1
stop
start broken
run get /ch/kick/fader /nothing/at/all; out "/ch/kick/fader -6"
warns "/nothing/at/all"
it "after half the answers the rest is asked for again" 1
stop
start garbage
run get /ch/kick/fader; out "/ch/kick/fader -6"; silent
it "malformed packets are passed over" 0
stop

# --- completion ---
start normal
mkdir "$work/bin"
case $ctl in
/*) ln -s "$ctl" "$work/bin/headroomctl" ;;
*) ln -s "$PWD/$ctl" "$work/bin/headroomctl" ;;
esac
completed()
{
	PATH=$work/bin:$PATH bash -c '. "$1"; COMP_LINE=$2
	COMP_POINT=${#COMP_LINE}; read -ra COMP_WORDS <<<"${COMP_LINE}x"
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMP_WORDS[COMP_CWORD]=${COMP_WORDS[COMP_CWORD]%x}
	_headroomctl; printf "%s\n" "${COMPREPLY[@]}"' - \
		"$here/../../client/ctl/headroomctl.bash" "$1" \
		>"$work/out" 2>"$work/err"
	code=$?
	silent
}
completed "headroomctl me"; out "meters"; it "bash completes commands" 0
completed "headroomctl scene re"; out "recall
rename"; it "bash completes what to do with scenes" 0
completed "headroomctl reload --d"; out "--dry-run"
it "bash completes options of a reload" 0
completed "headroomctl remove bu"; out "bus/verb"
it "bash completes strips to remove" 0
completed "headroomctl insert m"; out "move"
it "bash completes what to do with slots" 0
completed "headroomctl insert add mas"; out "master"
it "bash completes strips with slots to be" 0
completed "headroomctl config s"; out "save"
it "bash completes save" 0
completed "headroomctl scene recall V"; out 'Vers\ 1'
it "bash completes scenes" 0
completed "headroomctl soundcheck --apply ch/ki"; out "ch/kick"
it "bash completes strips to check" 0
completed "headroomctl soundcheck --k"; out "--keep-balance"
it "and the options of that" 0
completed "headroomctl export t"; out "touchosc-table"
it "bash completes surfaces" 0
completed "headroomctl get --j"; out "--json"; it "bash completes options" 0
completed "headroomctl get /ch/kick/fa"; out "/ch/kick/fader
/ch/kick/fader/position"; it "bash completes addresses from the daemon" 0
completed "headroomctl -u $HEADROOM_OSC set /ch/kick/fader -6 /ch/keys/so"
out "/ch/keys/solo"; it "bash completes the next address to set" 0
completed "headroomctl set /ch/kick/fader "; out ""
it "bash does not complete values" 0
completed "headroomctl meters /bus"; out "/bus/verb"
it "bash completes strips to meter" 0
stop
start slots
completed "headroomctl -u $HEADROOM_OSC set /ch/keys/insert/1/"
out "/ch/keys/insert/1/bypass
/ch/keys/insert/1/param/thr
/ch/keys/insert/1/param/mode"
it "bash completes what can be set in a slot" 0
completed "headroomctl inserts ch/"; out "ch/keys"
it "bash completes strips with slots" 0
stop

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
