# bash completion for headroomctl(1)

_headroomctl_options()
{
	local common='-u --url -t --timeout -j --json -V --version -h --help'

	case $1 in
	meters) echo "$common -1 --once -p --plain -r --rate" ;;
	events) echo "$common -1 --once -f --follow -F --file -s --since" ;;
	advise) echo "$common -A --apply -L --all -U --undo" ;;
	soundcheck)
		echo "$common -A --apply -K --keep-balance -p --plain -S --seconds"
		;;
	scene) echo "$common -D --fade -O --only" ;;
	reload) echo "$common -n --dry-run" ;;
	export) echo "$common -o --output" ;;
	report) echo "$common -o --output -s --since -S --seconds -T --title" ;;
	list) echo "$common -a --addresses -P --parameters" ;;
	*) echo "$common" ;;
	esac
}

# The addresses of the daemon that the line names; none if it is away.
_headroomctl_addresses()
{
	local url=() pattern='(-u|--url)[[:blank:]=]+([^[:blank:]]+)'

	[[ $COMP_LINE =~ $pattern ]] && url=(-u "${BASH_REMATCH[2]}")
	headroomctl "${url[@]}" -t 0.3 list --addresses 2>/dev/null
}

# The strips of that daemon.
_headroomctl_strips()
{
	_headroomctl_addresses | sed -n 's|^/\(.*\)/trim$|\1|p' | sort -u
}

# The scenes of that daemon whose names begin so, blanks escaped.
_headroomctl_scenes()
{
	local url=() pattern='(-u|--url)[[:blank:]=]+([^[:blank:]]+)' name

	[[ $COMP_LINE =~ $pattern ]] && url=(-u "${BASH_REMATCH[2]}")
	headroomctl "${url[@]}" -t 0.3 --json scene list 2>/dev/null |
		sed -n 's/^[[:blank:]]*"name":[[:blank:]]*"\(.*\)",$/\1/p' |
		while read -r name; do
			[[ $name == "$1"* ]] && printf '%q\n' "$name"
		done
}

# Reads the words before the one that is typed into `command` and, in
# `argument`, how many arguments follow it. Splits the line by itself, because
# bash splits URLs at their colons.
_headroomctl_parse()
{
	local word parts skip=''

	command='' argument=0
	read -ra parts <<<"${COMP_LINE:0:COMP_POINT}x"
	unset 'parts[-1]'
	for word in "${parts[@]:1}"; do
		if [[ -n $skip ]]; then
			skip=''
		elif [[ $command == set && $argument -gt 0 ]]; then
			# What a value looks like does not matter.
			argument=$((argument + 1))
		elif [[ $command == soundcheck && ($word == -A || $word == --apply) ]]; then
			: # of a sound check it has no number
		elif [[ $word == -[utrsFoASTDO] || $word == --url ||
			$word == --timeout || $word == --rate ||
			$word == --since || $word == --file ||
			$word == --output || $word == --apply ||
			$word == --seconds || $word == --title ||
			$word == --fade || $word == --only ]]; then
			skip=1
		elif [[ $word == -* ]]; then
			:
		elif [[ -z $command ]]; then
			command=$word
		else
			argument=$((argument + 1))
		fi
	done
	[[ -n $skip ]]
}

_headroomctl()
{
	local commands='get set dump batch export watch meters events advise soundcheck report scene reload add remove move insert config status list inserts plugins help'
	local cur=${COMP_WORDS[COMP_CWORD]} command argument words=''

	COMPREPLY=()
	_headroomctl_parse && return # the value of an option
	case $command in
	'' | help) words=$commands ;;
	get | watch) words=$(_headroomctl_addresses) ;;
	batch)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	scene)
		if ((argument == 0)); then
			words='list save recall preview show current rename delete stop'
		else
			mapfile -t COMPREPLY < <(_headroomctl_scenes "$cur")
			return
		fi
		;;
	export) words='open-stage-control touchosc-table' ;;
	meters) words=$(_headroomctl_addresses |
		sed -n 's|^/meter\(/.*\)/[^/]*$|\1|p' | sort -u) ;;
	soundcheck) words=$(_headroomctl_strips) ;;
	remove | move) ((argument)) || words=$(_headroomctl_strips) ;;
	insert)
		((argument == 0)) && words='add remove move'
		((argument == 1)) && words=$(_headroomctl_strips)
		;;
	config) words='save' ;;
	inserts) words=$(_headroomctl_addresses |
		sed -n 's|^/\(.*\)/insert/[0-9]*/name$|\1|p' | sort -u) ;;
	set)
		((argument % 2)) || words=$(_headroomctl_addresses |
			grep -Ev -e '^/(meter|headroom|loudness|status)/' \
				-e '/insert/[0-9]+/(name|state)$')
		;;
	esac
	[[ $cur == -* ]] && words=$(_headroomctl_options "$command")
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _headroomctl headroomctl
