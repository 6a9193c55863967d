#!/bin/sh
# Everything about the sources that a machine can check, called by `make lint`
# from the project's root: sh tests/lint.sh "CFLAGS" BUILD_DIR. A check is a
# function that prints what is wrong and where, and nothing if all is well.
set -u

build=${2:?usage: sh tests/lint.sh CFLAGS BUILD_DIR}
passed=0
failed=0

# What the engine may import: memory moves, pure functions of libm, and what
# the compiler's own library says of the processor (asked before R starts).
imports="memcpy memmove memset __cpu_model"

# Tenths that systemd-analyze security may give a unit at most.
exposure=20

# Functions longer than this do not fit a screen.
longest=60

scratch=$(mktemp -d "${TMPDIR:-/tmp}/headroom-lint.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP

# The compiler's flags for clang-tidy: without dependency files, and with a
# version whose quotes survive the way here.
flags='-DVERSION="0"'
for flag in $1; do
	case $flag in
	-MMD | -MP | -O* | -g | -Werror | -DVERSION=*) ;;
	*) flags="$flags $flag" ;;
	esac
done

# sources PATTERN...: the project's own files with such names.
sources()
{
	set -f
	names=""
	for pattern; do
		names="$names -o -name $pattern"
	done
	# shellcheck disable=SC2086
	find . \( -name .git -o -path ./build \) -prune -o \
		-type f \( ${names# -o} \) -print | sed 's|^\./||' | sort
	set +f
}

# check NAME FUNCTION
check()
{
	begin=$(date +%s)
	if "$2" >"$scratch/log" 2>&1 && [ ! -s "$scratch/log" ]; then
		verdict=ok
		passed=$((passed + 1))
	else
		verdict=FAILED
		failed=$((failed + 1))
	fi
	printf '%-6s  %-44s %3d s\n' "$verdict" "$1" $(($(date +%s) - begin))
	[ "$verdict" = ok ] || {
		sed 's/^/    /' "$scratch/log"
		[ -s "$scratch/log" ] || echo "    (it said nothing)"
	}
}

layout()
{
	sources '*.c' '*.h' | xargs clang-format --dry-run 2>&1 |
		sed -n 's/^\([^:]*:[0-9]*\):[0-9]*: .*/\1/p' |
		awk -F: '!seen[$1]++ { print $0 ": make format lays it out" }'
}

# included KIND FILE...: "file:line:name" of what is included, in quotes or in
# angle brackets.
included()
{
	case $1 in
	quotes) pattern='"\([^"]*\)"' ;;
	*) pattern='<\([^>]*\)>' ;;
	esac
	shift
	grep -Hn '^[[:space:]]*#[[:space:]]*include' "$@" |
		sed -n "s/^\([^:]*:[0-9]*\):[^\"<]*$pattern.*/\1:\2/p"
}

# may_include ROOM ALLOWED...: shell patterns of project headers; one that
# begins with "[!/]" is a header of the room itself, without a folder.
may_include()
{
	room=$1
	shift
	included quotes "$room"/*.[ch] | while IFS= read -r line; do
		name=${line##*:}
		for pattern; do
			case $pattern:$name in
			*..* | '[!/]'*:*/*) continue ;;
			esac
			# shellcheck disable=SC2254
			case $name in
			$pattern) continue 2 ;;
			esac
		done
		echo "${line%:*}: $room may not include \"$name\"; allowed: $*"
	done
}

# may_not_include ROOM REFUSED...: shell patterns of libraries.
may_not_include()
{
	room=$1
	shift
	included brackets "$room"/*.[ch] | while IFS= read -r line; do
		name=${line##*:}
		for pattern; do
			# shellcheck disable=SC2254
			case $name in
			$pattern)
				echo "${line%:*}: $room may not include <$name>"
				;;
			esac
		done
	done
}

arrows()
{
	may_include daemon/protocol 'protocol/*'
	may_include daemon/engine 'engine/*' 'protocol/*'
	may_include daemon/mixer 'mixer/*' 'engine/*' 'protocol/*'
	may_include daemon/edge 'edge/*' 'mixer/*' 'engine/*' 'protocol/*'
	for room in client/*; do
		[ -d "$room" ] || continue
		may_include "$room" 'protocol/*' "$room/*" '[!/]*.h'
	done
	may_not_include daemon/engine 'jack/*' 'lo/*' 'cjson/*' 'stdio.h' \
		'stdlib.h'
	may_not_include daemon/protocol 'jack/*'
	may_not_include daemon/mixer 'jack/*' 'lo/*'
	may_not_include client/ctl 'jack/*'
}

# What engine objects import beyond each other and protocol/.
imported()
{
	objects=""
	helpers=""
	for source in daemon/engine/*.c; do
		objects="$objects $build/${source%.c}.o"
	done
	for source in daemon/protocol/*.c; do
		helpers="$helpers $build/${source%.c}.o"
	done
	# shellcheck disable=SC2086
	make -s BUILD="$build" $objects $helpers >"$scratch/make" 2>&1 || {
		cat "$scratch/make"
		return 1
	}
	# shellcheck disable=SC2086
	nm -g --defined-only $objects $helpers |
		awk 'NF == 3 { print $3 }' >"$scratch/own"
	for name in $imports _GLOBAL_OFFSET_TABLE_; do
		echo "$name"
	done >>"$scratch/own"
	for object in $objects; do
		nm -u "$object" | awk -v object="$object" -v own="$scratch/own" '
			BEGIN { while ((getline name < own) > 0) known[name] }
			!($2 in known) { print object " imports " $2 }'
	done
}

# One file at a time: with several, clang-tidy 14 mixes up what it knows of
# each. It counts on standard error what it left out.
# shellcheck disable=SC2016
one_analysis='
	clang-tidy --quiet "$2" -- $1 2>/dev/null >"$0/tidy.$$" || {
		grep -E ": (warning|error): " "$0/tidy.$$" ||
			echo "$2: clang-tidy fails"
	}'

analysis()
{
	sources '*.c' |
		xargs -P 2 -n 1 sh -c "$one_analysis" "$scratch" "$flags" |
		sed "s|$PWD/||" | sort -u
}

second_analysis()
{
	cppcheck -q -j 2 --std=c11 --enable=warning,portability,performance \
		--error-exitcode=1 --inline-suppr -Idaemon -I. daemon client tests
}

manuals()
{
	pages=$(sources '*.[1-8]')
	[ -n "$pages" ] || echo "there is no man page"
	# shellcheck disable=SC2086
	[ -z "$pages" ] || mandoc -Tlint -Wwarning $pages
}

scripts()
{
	for script in $(sources '*.sh'); do
		sh -n "$script"
		shellcheck -f gcc "$script"
	done
	shellcheck -f gcc .ci/run
	bash -n .ci/run
	for script in $(sources '*.bash'); do
		bash -n "$script"
		shellcheck -f gcc -s bash "$script"
	done
}

json()
{
	for file in $(sources '*.json' | grep -v '^tests/'); do
		python3 -c 'import json, sys
try:
    json.load(open(sys.argv[1], encoding="utf-8"))
except ValueError as error:
    print(f"{sys.argv[1]}: {error}")' "$file"
	done
}

# With a program that is there in the place of ours.
units()
{
	mkdir -p "$scratch/units/user"
	for unit in systemd/*.service systemd/user/*.service; do
		sed 's|/usr/[a-z/]*bin/[a-z]*|/bin/true|' "$unit" \
			>"$scratch/units/${unit#systemd/}"
	done
	systemd-analyze verify --man=no "$scratch"/units/*.service 2>&1
	XDG_RUNTIME_DIR=$scratch systemd-analyze --user verify --man=no \
		"$scratch"/units/user/*.service 2>&1
	for unit in "$scratch"/units/*.service; do
		systemd-analyze security --offline=true --threshold="$exposure" \
			"$unit" >"$scratch/exposure" 2>&1 ||
			echo "${unit##*/}: $(tail -n 1 "$scratch/exposure")"
	done
	systemd-sysusers --dry-run "$PWD/systemd/headroom.sysusers.conf" \
		>"$scratch/sysusers" 2>&1 || cat "$scratch/sysusers"
}

makefile()
{
	lines=$(wc -l <Makefile)
	[ "$lines" -le 200 ] ||
		echo "Makefile: $lines lines; at most 200 are allowed"
}

leftovers()
{
	# In two halves, or this line would find itself.
	sources '*' | xargs grep -InwE "TO""DO|FIX""ME|X""XX"
	return 0
}

# A line of nothing but "{" opens a function, one of nothing but "}" ends it.
functions()
{
	sources '*.c' '*.h' | xargs awk -v longest="$longest" '
		FNR == 1 { start = 0 }
		/^\{$/ { start = FNR }
		/^\}$/ && start {
			if (FNR - start - 1 > longest)
				print FILENAME ":" start ": a function of " \
				    FNR - start - 1 " lines; at most " longest
			start = 0
		}'
}

guards()
{
	for header in $(sources '*.h'); do
		awk -v header="$header" '
			NF { last = $1 }
			NF && !first { first = $1 " "; name = $2; next }
			NF && !second { second = $1; define = $2 }
			END {
				if (first != "#ifndef " || second != "#define" ||
				    name == "" || name != define ||
				    last != "#endif")
					print header ": is not all within one guard"
				else
					print name >names
			}' names="$scratch/guard" "$header"
		cat "$scratch/guard" >>"$scratch/guards"
		: >"$scratch/guard"
	done
	sort "$scratch/guards" | uniq -d |
		sed 's/.*/&: two headers have this guard/'
}

check "layout: clang-format" layout
check "arrows: includes between rooms" arrows
check "imports: what engine objects need" imported
check "functions: at most $longest lines" functions
check "headers: guards" guards
check "leftovers: words of unfinished work" leftovers
check "Makefile: at most 200 lines" makefile
check "JSON: every file parses" json
check "scripts: shellcheck" scripts
check "man pages: mandoc" manuals
check "units: systemd-analyze, exposure at most 2.0" units
check "analysis: cppcheck" second_analysis
check "analysis: clang-tidy" analysis

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
