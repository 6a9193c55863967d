#!/bin/sh
# The report of headroomctl in a browser: sh tests/browser/run.sh BUILD_DIR.
# Ends with a line "N passed, N failed".
set -u

ctl=${1:?usage: sh tests/browser/run.sh BUILD_DIR}/headroomctl
ctl_tests=$(dirname "$0")/../ctl
work=$(mktemp -d "${TMPDIR:-/tmp}/headroom-browser.XXXXXX") || exit 1
passed=0
failed=0
daemon=""
trap '[ -z "$daemon" ] || kill "$daemon"; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

judge() # CODE WHAT
{
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok      $2"
	else
		failed=$((failed + 1))
		echo "FAILED  $2"
		sed 's/^/    /' "$work/found"
	fi
}

# report MODE: the page of a desk, from a daemon of the tests' own.
report()
{
	rm -f "$work/ready"
	/usr/bin/python3 "$ctl_tests/fake.py" "$1" 0 "$work/ready" &
	daemon=$!
	tries=0
	until [ -s "$work/ready" ] || [ $((tries += 1)) -gt 100 ]; do
		sleep 0.05
	done
	"$ctl" -u "udp://127.0.0.1:$(cat "$work/ready")" report \
		-o "$work/$1.html" >"$work/found" 2>&1
	judge $? "a report, $1"
	kill "$daemon"
	wait "$daemon" 2>/dev/null
	daemon=""
}

# look MODE WIDTH: the page in a frame of that width, and what is found there,
# one fact a line.
look()
{
	cat >"$work/frame.html" <<END
<pre id="found"></pre>
<iframe id="frame" src="$1.html" width="$2" height="800" frameborder="0">
</iframe>
<script>
addEventListener("load", () => {
	const page = document.getElementById("frame").contentDocument;
	const wide = page.documentElement.clientWidth;
	const found = ["title " + page.title, "scroll " +
		(page.documentElement.scrollWidth - wide)];
	for (const part of page.querySelectorAll("body *"))
		if (!part.closest("svg") &&
			part.getBoundingClientRect().right > wide + 0.5)
			found.push("beyond " + part.tagName);
	for (const text of page.querySelectorAll("svg .level, svg .stage")) {
		const box = text.getBoundingClientRect();
		const all = text.closest("svg").getBoundingClientRect();
		if (box.left < all.left - 1 || box.right > all.right + 1)
			found.push("outside " + text.textContent);
	}
	found.push("scripts " + page.scripts.length);
	found.push("pictures " + page.querySelectorAll(
		"svg[role=img] > title + desc").length);
	document.getElementById("found").textContent = found.join("\n");
});
</script>
END
	timeout 60 "$browser" --headless --no-sandbox --disable-gpu \
		--allow-file-access-from-files --user-data-dir="$work/profile" \
		--window-size=1500,900 --virtual-time-budget=5000 --dump-dom \
		"file://$work/frame.html" 2>/dev/null |
		sed -n '/<pre id="found">/,/<\/pre>/p' |
		sed 's/.*<pre id="found">//; s/<\/pre>.*//' >"$work/found"
}

# has LINE: it was found; lacks WORD: no line begins with it.
has()
{
	grep -qx -- "$1" "$work/found"
}
lacks()
{
	[ -s "$work/found" ] && ! grep -q "^$1" "$work/found"
}

browser=$(command -v chromium) || {
	echo "there is no chromium (Debian package: chromium)"
	exit 1
}
for mode in slots hostile; do
	report "$mode"
	for width in 360 800 1400; do
		look "$mode" "$width"
		has "scroll 0" && lacks beyond && lacks outside
		judge $? "$mode: nothing is cut off in $width pixels"
	done
	has "scripts 0" && has "title Headroom: levels, stage by stage"
	judge $? "$mode: no script, and a title that stays"
	has "pictures 4"
	judge $? "$mode: each picture has its levels in words"
done

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
