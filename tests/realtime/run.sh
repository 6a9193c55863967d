#!/bin/sh
# The realtime gate: what may not happen on the realtime thread is looked for
# by compiler, sanitizers and kernel, and each of these must also find a fault
# that was planted for it (plant.c). sh tests/realtime/run.sh BUILD_DIR [long]
# from the project's root; ends with a line "N passed, N failed". The short
# form takes seconds; the long one drives the whole rig.
set -u

build=${1:?usage: sh tests/realtime/run.sh BUILD_DIR [long]}
form=${2:-short}
clang="clang-22"
rtsan=build/rtsan
tsan=build/tsan
passed=0
failed=0
# What the realtime sanitizer ends a program with.
rtsan_exit=43

work=$(mktemp -d "${TMPDIR:-/tmp}/headroom-realtime.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

judge() # CODE WHAT
{
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok      $2"
		return
	fi
	failed=$((failed + 1))
	echo "FAILED  $2"
	sed 's/^/    /' "$work/log" | tail -n 60
}

# planted FAULT COMMAND...: runs a program with a fault in it; what it says
# and how it ends are left in $work/log and $code.
planted()
{
	fault=$1
	shift
	HEADROOM_PLANT=$fault timeout -k 5 120 "$@" >"$work/log" 2>&1
	code=$?
}

said()
{
	grep -q -e "$1" "$work/log"
}

# --- by the compiler ---

effects() # FILE...
{
	objects=""
	for file; do
		objects="$objects build/effects/${file%.c}.o"
	done
	# shellcheck disable=SC2086
	make -s -j2 BUILD=build/effects CC=$clang OPT=-O0 \
		SAN=-Wfunction-effects $objects >"$work/log" 2>&1
}

by_compiler()
{
	effects daemon/engine/*.c daemon/edge/jack_callback.c \
		daemon/edge/jack_pages.c daemon/edge/memory.c \
		daemon/edge/lv2_run.c daemon/edge/lv2_ring.c
	judge $? "compiler: the realtime thread calls only what may run there"
	effects tests/realtime/plant.c
	for call in malloc pthread_mutex_lock printf nanosleep syscall; do
		said "non-'nonblocking' function '$call'"
		judge $? "compiler: $call is found"
	done
}

# --- by the realtime sanitizer ---

make_rtsan() # GOAL...
{
	make -s -j2 BUILD=$rtsan CC=$clang OPT=-O1 SAN=-fsanitize=realtime \
		"$@" >"$work/log" 2>&1
}

by_rtsan()
{
	make_rtsan $rtsan/tests/unit/test_hostile \
		$rtsan/planted/test_hostile $rtsan/tests/unit/test_lv2 \
		$rtsan/lv2/headroom-test.lv2
	judge $? "realtime sanitizer: build"
	timeout 100 $rtsan/tests/unit/test_hostile >"$work/log" 2>&1
	judge $? "realtime sanitizer: the engine under a hostile schedule"
	HEADROOM_BUILD=$rtsan timeout 100 $rtsan/tests/unit/test_lv2 \
		>"$work/log" 2>&1
	judge $? "realtime sanitizer: the plugin host as it runs plugins"
	for fault in malloc lock print sleep call; do
		planted $fault $rtsan/planted/test_hostile
		[ $code -eq $rtsan_exit ] && said RealtimeSanitizer
		judge $? "realtime sanitizer: $fault is found"
	done
}

rig_by_rtsan()
{
	make_rtsan all $rtsan/lv2/headroom-test.lv2 $rtsan/planted/headroomd
	judge $? "realtime sanitizer: build of the daemon"
	# The programs around the daemon are as fast as ever.
	HEADROOM_SANITIZED=1 sh tests/run.sh "$build" rig/ $rtsan \
		>"$work/log" 2>&1
	judge $? "realtime sanitizer: every rig test"
	grep -e '^ok ' -e '^FAILED ' "$work/log" | sed 's/^/        /'
	HEADROOM_BUILD=$rtsan/planted planted malloc \
		"$build/tests/rig/test_exact"
	[ $code -ne 0 ] && said RealtimeSanitizer
	judge $? "realtime sanitizer: malloc is found in the rig's daemon"
}

# --- by the kernel, in the release build ---

# kernel FAULT ONLY WORDS: the rig test must notice the planted daemon.
by_kernel()
{
	for pair in page:page_fault call:system_call; do
		fault=${pair%:*}
		HEADROOM_BUILD=$build/planted HEADROOM_ONLY="*${pair#*:}*" \
			planted "$fault" "$build/tests/rig/test_realtime"
		case $fault in
		page) words=': [0-9]* page fault' ;;
		*) words='getppid()' ;;
		esac
		[ $code -ne 0 ] && said "$words"
		judge $? "kernel: a planted $fault is found"
	done
}

# --- by hostile schedules ---

by_schedule()
{
	planted none "$build/planted/test_hostile"
	judge $code "schedule: nothing is found where nothing is"
	for fault in peak torn reuse; do
		planted $fault "$build/planted/test_hostile"
		[ $code -ne 0 ] && [ $code -ne 124 ]
		judge $? "schedule: $fault is found"
	done
}

by_tsan()
{
	make -s -j2 BUILD=$tsan CC=clang OPT=-O1 \
		SAN="-fsanitize=thread -fno-omit-frame-pointer" \
		$tsan/tests/unit/test_hostile $tsan/planted/test_hostile \
		>"$work/log" 2>&1
	judge $? "thread sanitizer: build"
	HEADROOM_HOSTILE=20 timeout 200 $tsan/tests/unit/test_hostile \
		>"$work/log" 2>&1
	judge $? "thread sanitizer: a long hostile schedule"
	for fault in race reuse; do
		planted $fault $tsan/planted/test_hostile
		[ $code -ne 0 ] && said 'ThreadSanitizer'
		judge $? "thread sanitizer: $fault is found"
	done
}

# What R and the other threads do to each other while desks and programs come
# and go.
rig_by_tsan()
{
	make -s -j2 BUILD=$tsan CC=clang OPT=-O1 \
		SAN="-fsanitize=thread -fno-omit-frame-pointer" \
		all $tsan/lv2/headroom-test.lv2 >"$work/log" 2>&1
	judge $? "thread sanitizer: build of the daemon"
	TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp" HEADROOM_SANITIZED=1 \
		sh tests/run.sh "$build" "rig/test_reload rig/test_inserts" $tsan \
		>"$work/log" 2>&1
	judge $? "thread sanitizer: reloads, and programs in slots"
	grep -e '^ok ' -e '^FAILED ' "$work/log" | sed 's/^/        /'
}

# --- by every plugin that is installed ---

by_plugins()
{
	HEADROOM_ZOO=long timeout -k 5 300 "$build/tests/lv2/test_zoo" \
		>"$work/log" 2>&1
	judge $? "plugins: each one that fits a slot, tortured"
	grep -E '^[0-9]+ ' "$work/log" | sed 's/^/        /'
}

# --- programs in insert slots that die or stand still, 100 times each ---

by_programs()
{
	HEADROOM_BUILD=$build HEADROOM_TURNS=100 \
		HEADROOM_ONLY='a_program_that_*s_*' timeout -k 5 900 \
		"$build/tests/rig/test_inserts" >"$work/log" 2>&1
	judge $? "programs: killed and stopped 100 times each"
}

by_compiler
by_rtsan
by_kernel
by_schedule
if [ "$form" = long ]; then
	rig_by_rtsan
	by_tsan
	rig_by_tsan
	by_plugins
	by_programs
fi

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
