#!/bin/sh
# Every fuzz target with inputs that libFuzzer makes up, each for so long:
# sh tests/fuzz/run.sh BUILD_DIR SECONDS from the project's root, called by
# `make fuzz`. Starts with the corpora of tests/fuzz/corpus, and keeps what it
# finds new under BUILD_DIR; what breaks a target is left there, too, and named.
# Ends with a line "N passed, N failed".
set -u

build=${1:?usage: sh tests/fuzz/run.sh BUILD_DIR SECONDS}
seconds=${2:?usage: sh tests/fuzz/run.sh BUILD_DIR SECONDS}
passed=0
failed=0
total=0

log=$(mktemp "${TMPDIR:-/tmp}/headroom-fuzz.XXXXXX") || exit 1
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM HUP

for source in tests/fuzz/test_*.c; do
	target=${source#tests/fuzz/test_}
	target=${target%.c}
	found=$build/corpus/$target
	mkdir -p "$found"
	timeout -k 10 $((seconds + 60)) "$build/tests/fuzz/test_$target" \
		-max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
		-max_len=16384 -print_final_stats=1 \
		-artifact_prefix="$build/$target-" \
		"$found" "tests/fuzz/corpus/$target" >"$log" 2>&1
	code=$?
	count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	total=$((total + ${count:-0}))
	if [ "$code" -eq 0 ] && [ "${count:-0}" -gt 0 ]; then
		passed=$((passed + 1))
		printf 'ok      %-10s %11d inputs in %d s\n' "$target" \
			"$count" "$seconds"
	else
		failed=$((failed + 1))
		printf 'FAILED  %-10s\n' "$target"
		tail -n 40 "$log" | sed 's/^/    /'
	fi
done

printf '\n%d inputs\n' "$total"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
