#!/usr/bin/python3
"""headroomctl on a real daemon, which needs no JACK server for this.

desk.py BUILD_DIR runs every test and ends with a line "N passed, N failed".
"""
import csv
import fcntl
import io
import json
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time

BUILD = os.path.abspath(sys.argv[1])
CTL = os.path.join(BUILD, "headroomctl")
WORK = tempfile.TemporaryDirectory(prefix="headroom-desk.")
DESK = {
    "version": 1, "name": "desk",
    "channels": [
        {"id": "kick", "name": "Kick", "fader": -6, "to": ["drums"],
         "dcas": ["beat"], "mutegroups": ["all"],
         "sends": {"verb": {"level": -12}}},
        {"id": "snare", "name": "Snare", "to": ["drums"], "dcas": ["beat"],
         "inserts": [{"jack": {"mode": "direct"}}]},
        {"id": "keys", "name": "Keys, \"left\"", "lanes": 2}],
    "buses": [{"id": "drums", "name": "Drums", "lanes": 2},
              {"id": "verb", "name": "Reverb", "lanes": 2}],
    "master": {"lanes": 2, "outputs": ["system:playback_1",
                                       "system:playback_2"]},
    "dcas": [{"id": "beat", "name": "Beat"}],
    "mutegroups": [{"id": "all"}]}


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemon:
    """The real one, waiting for a JACK server that never comes."""

    def __init__(self):
        self.port = free_port()
        self.url = f"udp://127.0.0.1:{self.port}"
        self.config = os.path.join(WORK.name, "desk.json")
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump(DESK, file)
        self.start()

    def start(self):
        state = os.path.join(WORK.name, "state")
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "headroomd"), "-s", "headroom-nowhere", "-c",
             self.config, "-l", self.url],
            env={**os.environ, "XDG_STATE_HOME": state},
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            if ctl("-t", "0.2", "get", "/status/jack",
                   url=self.url).returncode == 0:
                return
            time.sleep(0.05)
        raise AssertionError("headroomd does not answer")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def ctl(*arguments, url=None, text=""):
    return subprocess.run([CTL, "-u", url or DAEMON.url, *arguments],
                          input=text, capture_output=True, text=True,
                          timeout=30, check=False)


def value(address):
    run = ctl("--json", "get", address)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)[address]


def soon(truth, seconds=5):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if truth():
            return True
        time.sleep(0.05)
    return truth()


class Terminal:
    """The meter bridge in a terminal of its own."""

    def __init__(self, columns, lines, kind="xterm", **environment):
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ,
                        struct.pack("HHHH", lines, columns, 0, 0))
            os.environ.update({"TERM": kind, "LC_ALL": "C.UTF-8",
                               **environment})
            os.execv(CTL, [CTL, "-u", DAEMON.url, "meters"])
        self.columns, self.lines = columns, lines
        self.drawn = ""
        # The last word is the daemon's: the bridge is subscribed.
        self.wait("master", "fader", "waiting")

    def read(self, seconds=0.05):
        while select.select([self.terminal], [], [], seconds)[0]:
            try:
                data = os.read(self.terminal, 65536)
            except OSError:
                return
            self.drawn += data.decode("utf-8", "replace")
            seconds = 0

    def wait(self, *texts, seconds=8):
        end = time.monotonic() + seconds
        while not all(text in self.drawn for text in texts):
            assert time.monotonic() < end, \
                f"no {texts} in {self.drawn[-3000:]!r}"
            self.read()

    def press(self, keys):
        os.write(self.terminal, keys.encode())

    def resize(self, columns, lines):
        """Draws everything anew; only that is then in `drawn`."""
        self.read()
        self.drawn = ""
        self.columns, self.lines = columns, lines
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ,
                    struct.pack("HHHH", lines, columns, 0, 0))
        os.kill(self.child, signal.SIGWINCH)
        end = time.monotonic() + 1
        while time.monotonic() < end:
            self.read()

    def quit(self):
        self.press("q")
        end = time.monotonic() + 5
        while time.monotonic() < end:
            self.read()
            ended, status = os.waitpid(self.child, os.WNOHANG)
            if ended:
                os.close(self.terminal)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        return None


# --- set and batch ---

def datagrams(*arguments, text=""):
    """What headroomctl sends to a daemon that is deaf, first try only."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        ctl("-t", "0.2", *arguments, text=text,
            url=f"udp://127.0.0.1:{deaf.getsockname()[1]}")
        deaf.setblocking(False)
        packets = []
        while True:
            try:
                packets.append(deaf.recv(65536))
            except BlockingIOError:
                return packets


def groups_are_listed_and_set():
    lines = ctl("list").stdout.splitlines()
    assert lines[-2].split() == ["dca/beat", "Beat", "ch/kick",
                                 "ch/snare"], lines
    assert lines[-1].split() == ["mutegroup/all", "all", "ch/kick"], lines
    assert json.loads(ctl("-j", "list").stdout)[-2:] == [
        {"dca": "beat", "name": "Beat", "strips": ["ch/kick", "ch/snare"]},
        {"mutegroup": "all", "name": "all", "strips": ["ch/kick"]}]
    run = ctl("set", "/dca/1/fader", "-3.5", "/mutegroup/all", "on")
    assert run.returncode == 0, run
    assert value("/dca/beat/fader") == -3.5 and value("/mutegroup/1") == 1
    assert value("/ch/kick/mute") == 0
    assert ctl("set", "/dca/1/fader", "0", "/mutegroup/all",
               "off").returncode == 0
    run = ctl("set", "/dca/bass/fader", "0")
    assert run.returncode == 1 and "allowed beat" in run.stderr, run


def many_values_of_a_set_go_out_in_one_bundle():
    first = datagrams("set", "/ch/kick/fader", "-6", "/ch/snare/fader", "-8",
                      "/ch/kick/mute", "1")[0]
    assert first.startswith(b"#bundle\0"), first
    sizes, at = [], 16
    while at < len(first):
        sizes.append(struct.unpack_from(">i", first, at)[0])
        at += 4 + sizes[-1]
    assert len(sizes) == 3 and first.count(b",f") == 2, first


def a_set_of_many_is_heard_by_others_together():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.settimeout(3)
        other.connect(("127.0.0.1", DAEMON.port))
        other.send(b"/subscribe\0\0,s\0\0state\0\0\0")
        assert b"/subscribed" in other.recv(65536)
        run = ctl("set", "/ch/kick/fader", "-7", "/ch/snare/fader", "-8")
        assert run.stdout == "/ch/kick/fader -7\n/ch/snare/fader -8\n", run
        packet = other.recv(65536)
        assert b"/ch/kick/fader" in packet and b"/ch/snare/fader" in packet


def a_batch_sets_every_line():
    run = ctl("batch", text="# a show\n\n/ch/kick/fader -3.5 dB\n"
              "  /ch/keys/delay 0.012 s\n/ch/snare/mute on\n"
              "/ch/kick/name Bass drum\r\n")
    assert run.returncode == 0 and not run.stderr, run
    assert value("/ch/kick/fader") == -3.5
    assert value("/ch/keys/delay") == 12
    assert value("/ch/snare/mute") == 1
    assert value("/ch/kick/name") == "Bass drum"
    ctl("set", "/ch/kick/name", "Kick", "/ch/snare/mute", "0")


def a_batch_with_errors_names_every_line_and_sets_nothing():
    path = os.path.join(WORK.name, "bad.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("/ch/kick/fader -20\nnonsense\n/ch/kick/mute loud\n"
                   "/ch/kick/send/verb/tap middle\n/ch/[/fader 1\n")
    before = value("/ch/kick/fader")
    run = ctl("batch", path)
    assert run.returncode == 2 and run.stdout == "", run
    for line in (2, 3, 4, 5):
        assert f"{path}:{line}: " in run.stderr, run.stderr
    assert 'found "loud"; allowed 0 or 1' in run.stderr
    assert "nothing was set" in run.stderr
    assert value("/ch/kick/fader") == before


def a_batch_to_what_is_not_there_sets_nothing():
    before = value("/ch/kick/fader")
    run = ctl("batch", "-", text="/ch/kick/fader -20\n/ch/nobody/fader 1\n")
    assert run.returncode == 1, run
    assert "standard input:2: /ch/nobody/fader is not there" in run.stderr
    assert f"headroomctl: {DAEMON.url}: " in run.stderr, "who refused?"
    assert value("/ch/kick/fader") == before


def a_batch_has_json():
    run = ctl("batch", "--json", text="/ch/kick/fader -9\n/ch/keys/trim 3\n")
    assert json.loads(run.stdout) == {"/ch/kick/fader": -9,
                                      "/ch/keys/trim": 3}, run


def a_long_batch_stays_within_the_limit_of_datagrams():
    lines = "".join(f"/ch/{name}/fader {-i / 10}\n" for i in range(100)
                    for name in ("kick", "snare", "keys"))
    run = ctl("batch", text=lines)
    assert run.returncode == 0, run
    assert value("/ch/keys/fader") == -9.9
    packets = datagrams("set", "-", text=lines)
    assert max(map(len, packets)) <= 1400 and len(packets) > 3


def a_missing_batch_file_is_named():
    run = ctl("batch", "/nowhere/at/all")
    assert run.returncode == 2 and "/nowhere/at/all: No such" in run.stderr


# --- export ---

# What the sources of Open Stage Control 1.30 take (static defaults() of
# each class); anything else it would drop without a word.
COMMON = set("type id visible interaction comments lock left top width height "
             "expand colorText colorWidget colorStroke colorFill alphaStroke "
             "alphaFillOff alphaFillOn lineWidth borderRadius padding html css "
             "value default linkId address preArgs typeTags decimals target "
             "ignoreDefaults bypass onCreate onValue".split())
SLIDER = COMMON | set("design colorKnob pips dashed spring doubleTap range "
                      "logScale sensitivity steps origin onTouch".split())
PANEL = COMMON | set("variables traversing colorBg layout justify gridTemplate "
                     "contain scroll innerPadding tabsPosition widgets tabs "
                     "onTouch".split())
GEOMETRY = {"left", "top", "width", "height", "expand"}
KNOWN = {
    "root": (PANEL | {"hideMenu", "onPreload"}) - {"left", "top", "expand"},
    "tab": (PANEL | {"label"}) - GEOMETRY,
    "panel": PANEL,
    "fader": SLIDER | {"knobSize", "horizontal", "gradient", "snap",
                       "touchZone"},
    "knob": SLIDER | {"angle", "mode"},
    "button": COMMON | set("colorTextOn label vertical wrap on off mode "
                           "doubleTap decoupled".split()),
    "text": (COMMON | {"vertical", "wrap", "align"}) - {"typeTags",
                                                        "ignoreDefaults"},
    "led": (COMMON | {"mode", "range", "alphaRange", "logScale"}) - {
        "decimals", "typeTags", "ignoreDefaults"},
    "switch": COMMON | {"colorTextOn", "layout", "gridTemplate", "wrap",
                        "values", "mode"},
    "dropdown": COMMON | {"label", "icon", "align", "values"},
    "variable": set("lock type id comments value default linkId address "
                    "preArgs typeTags decimals target ignoreDefaults bypass "
                    "onCreate onValue".split())}


def session():
    path = os.path.join(WORK.name, "desk-session.json")
    run = ctl("export", "open-stage-control", "-o", path)
    assert run.returncode == 0 and run.stdout == "", run
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def widgets(widget):
    yield widget
    for child in widget.get("widgets", []) + widget.get("tabs", []):
        yield from widgets(child)


def a_session_has_the_form_of_its_program():
    top = session()
    assert top["type"] == "session" and top["version"].startswith("1.")
    assert top["content"]["type"] == "root"
    ids = [w["id"] for w in widgets(top["content"])]
    assert len(set(ids)) == len(ids), "widgets of one id are one widget"
    for widget in widgets(top["content"]):
        unknown = set(widget) - KNOWN[widget["type"]]
        assert not unknown, (widget["id"], unknown)
        assert not (widget.get("widgets") and widget.get("tabs")), widget
        for key in widget.get("range", {}):
            assert key in ("min", "max") or key.endswith("%"), key


def a_session_has_a_page_for_each_bus_that_is_sent_to():
    tabs = session()["content"]["tabs"]
    assert [tab["label"] for tab in tabs] == ["Channels", "Buses", "to Reverb",
                                              "Monitor", "Groups"], tabs
    sends = [w["address"] for w in widgets(tabs[2]) if "address" in w]
    assert "/ch/kick/send/verb/level" in sends and "/bus/verb/fader" in sends
    mix = [w["address"] for w in widgets(tabs[0]) if "address" in w]
    for address in ("/ch/kick/fader", "/ch/kick/mute", "/ch/kick/solo",
                    "/ch/kick/pan", "/meter/ch/kick/fader", "/master/fader"):
        assert address in mix, address
    assert "/master/solo" not in mix


def a_session_has_the_monitor_and_the_groups():
    monitor, groups = session()["content"]["tabs"][-2:]
    seen = {w["address"]: w for w in widgets(monitor) if "address" in w}
    for tail in ("name", "level", "dim", "dim_level", "mono", "mute",
                 "soloed"):
        assert f"/monitor/{tail}" in seen, tail
    assert seen["/monitor/source"]["values"] == ["master", "bus/drums",
                                                 "bus/verb", "solo"]
    for tail in ("source", "solo_mode"):
        was = value(f"/monitor/{tail}")
        assert was in seen[f"/monitor/{tail}"]["values"], was
        for choice in seen[f"/monitor/{tail}"]["values"]:
            assert ctl("set", f"/monitor/{tail}", choice).returncode == 0
            assert value(f"/monitor/{tail}") == choice
        assert ctl("set", f"/monitor/{tail}", was).returncode == 0
    seen = [w["address"] for w in widgets(groups) if "address" in w]
    for address in ("/dca/beat/fader", "/dca/beat/mute", "/dca/beat/name",
                    "/mutegroup/all", "/mutegroup/all/name"):
        assert address in seen, address


def every_address_of_a_session_is_there_in_the_schemas_range():
    rows = {row["address"]: row for row in table()}
    for widget in widgets(session()["content"]):
        if "address" not in widget:
            continue
        run = ctl("get", widget["address"])
        assert run.returncode == 0, run.stderr
        if "range" not in widget:
            continue
        row = rows[widget["address"]]
        for end in ("min", "max"):
            bound = widget["range"][end]
            if isinstance(bound, dict):
                bound = next(iter(bound.values()))
            assert bound == float(row[end]), (widget["id"], end)


def table():
    run = ctl("export", "touchosc-table")
    assert run.returncode == 0, run
    return list(csv.DictReader(io.StringIO(run.stdout)))


def every_address_of_the_table_is_there_and_none_is_missing():
    rows = table()
    listed = set(ctl("list", "--addresses").stdout.split())
    addresses = [row["address"] for row in rows]
    assert len(set(addresses)) == len(addresses)
    assert listed <= set(addresses), listed - set(addresses)
    for start in range(0, len(addresses), 40):
        run = ctl("get", *addresses[start:start + 40])
        assert run.returncode == 0, run.stderr


def the_table_has_the_ranges_of_the_schema():
    schema = {p["address"]: p
              for p in json.loads(ctl("-j", "list", "-P").stdout)}
    rows = {row["address"]: row for row in table()}
    for tail in ("trim", "fader", "pan", "mute", "delay", "solo"):
        row, param = rows[f"/ch/kick/{tail}"], schema[f"/<s>/{tail}"]
        assert float(row["min"]) == param["min"], row
        assert float(row["max"]) == param["max"], row
        assert float(row["default"]) == param["default"], row
        assert row["unit"] == param["unit"] and row["access"] == "set", row
        assert row["description"], row
    assert rows["/ch/kick/send/verb/tap"]["choices"] == "pre|post"
    assert rows["/ch/kick/mute"]["type"] == "i"
    assert rows["/status/xruns"]["access"] == "get"


def an_unknown_surface_is_named():
    run = ctl("export", "lemur")
    assert run.returncode == 2 and 'found "lemur"' in run.stderr
    kept = os.path.join(WORK.name, "kept")
    with open(kept, "w", encoding="ascii") as file:
        file.write("kept")
    run = ctl("-t", "0.2", "export", "touchosc-table", "-o", kept,
              url="udp://127.0.0.1:9")
    assert run.returncode == 3, run
    with open(kept, encoding="ascii") as file:
        assert file.read() == "kept", "a daemon that is away costs no file"


# --- meter bridge ---

def keys_move_the_fader_of_the_selected_strip():
    ctl("set", "/ch/kick/fader", "-6", "/ch/snare/fader", "0",
        "/ch/kick/trim", "0")
    bridge = Terminal(140, 40)
    bridge.wait("-6.0")
    bridge.press("+++")
    assert soon(lambda: value("/ch/kick/fader") == -3)
    bridge.press(",")
    assert soon(lambda: abs(value("/ch/kick/fader") + 3.1) < 1e-6)
    bridge.press("t--")
    assert soon(lambda: value("/ch/kick/trim") == -2)
    assert abs(value("/ch/kick/fader") + 3.1) < 1e-6
    bridge.press("t\x1bOB-")
    assert soon(lambda: value("/ch/snare/fader") == -1)
    assert bridge.quit() == 0


def keys_mute_and_solo():
    bridge = Terminal(140, 40)
    bridge.wait("-1.0")
    bridge.press("m")
    assert soon(lambda: value("/ch/kick/mute") == 1)
    bridge.press("s")
    assert soon(lambda: value("/ch/kick/solo") == 1)
    bridge.wait("MUTED", "SOLO")
    bridge.press("ms")
    assert soon(lambda: value("/ch/kick/mute") == 0 and
                value("/ch/kick/solo") == 0)
    assert bridge.quit() == 0


def what_others_move_is_shown():
    bridge = Terminal(140, 40)
    ctl("set", "/ch/keys/fader", "-23.4")
    bridge.wait("-23.4")
    assert bridge.quit() == 0


def a_bridge_follows_the_size_of_its_terminal():
    bridge = Terminal(160, 50)
    for columns, lines in ((60, 15), (200, 60), (30, 6), (10, 3), (100, 30)):
        bridge.resize(columns, lines)
        assert columns < 60 or "Kick" in bridge.drawn, bridge.drawn
    for view in "vv":
        bridge.press(view)
        for columns, lines in ((60, 15), (8, 2), (200, 60)):
            bridge.resize(columns, lines)
    assert "Kick" in bridge.drawn
    assert bridge.quit() == 0


def a_stage_across_all_strips_is_chosen_by_name():
    bridge = Terminal(140, 40)
    bridge.press("v")
    time.sleep(0.3)
    bridge.resize(141, 40)
    assert " fader " in bridge.drawn and "insert/1" not in \
        bridge.drawn.split("room:")[0], bridge.drawn
    # The stages of the strip that has most: in, trim, insert/1, fader.
    bridge.press("\t\t\t")
    time.sleep(0.3)
    bridge.resize(140, 40)
    assert " insert/1 " in bridge.drawn.split("room:")[0], bridge.drawn
    bridge.press("?")
    bridge.wait("the next stage across all strips")
    bridge.press("q")
    assert bridge.quit() == 0


def a_bridge_of_a_desk_at_rest_draws_next_to_nothing():
    bridge = Terminal(160, 50)
    time.sleep(1)
    bridge.read()
    bridge.drawn = ""
    end = time.monotonic() + 2
    while time.monotonic() < end:
        bridge.read()
    assert len(bridge.drawn) < 200, bridge.drawn
    assert bridge.quit() == 0


def a_bridge_in_ascii_writes_ascii_only():
    bridge = Terminal(100, 30, "vt100", LC_ALL="C")
    bridge.press("vv?")
    time.sleep(0.5)
    bridge.read()
    assert bridge.drawn.isascii(), bridge.drawn
    bridge.press("q")
    assert bridge.quit() == 0


def a_bridge_comes_back_with_its_daemon():
    bridge = Terminal(140, 40)
    DAEMON.stop()
    bridge.wait("NO ANSWER")
    bridge.drawn = ""
    DAEMON.start()
    bridge.wait("is back", seconds=15)
    # What is not known yet cannot be moved.
    time.sleep(0.5)
    bridge.press("m")
    assert soon(lambda: value("/ch/kick/mute") == 1)
    bridge.press("m")
    assert soon(lambda: value("/ch/kick/mute") == 0)
    assert bridge.quit() == 0


def changed(*arguments, text=""):
    """What a change of the desk printed."""
    run = ctl(*arguments, text=text)
    assert run.returncode == 0, run.stderr
    assert run.stderr == "", run.stderr
    return run.stdout.splitlines()


def on_file():
    with open(DAEMON.config, encoding="utf-8") as file:
        return json.load(file)


def a_desk_is_changed_saved_and_taken_back():
    with open(DAEMON.config, encoding="utf-8") as file:
        before = file.read()
    assert changed("add", '{"channel": {"id": "choir"}, "at": 1}') == \
        ["+ ch/choir"]
    assert value("/ch/choir/fader") == 0
    assert changed("move", "ch/choir", "3") == ["~ ch/choir: from place 1 to 3"]
    changed("insert", "add", "ch/choir", '{"jack": {"mode": "loop"}}')
    changed("insert", "add", "ch/choir", "1", "-", text='{"jack": {}}')
    changed("insert", "move", "ch/choir", "1", "2")
    changed("insert", "remove", "ch/choir", "2")
    lines = changed("remove", "bus/drums")
    assert lines[0] == "- bus/drums" and len(lines) == 3, lines
    ctl("set", "/ch/choir/fader", "-3.7", "/master/guard", "1")
    # All of it is the daemon's alone until it is saved.
    with open(DAEMON.config, encoding="utf-8") as file:
        assert file.read() == before
    assert changed("config", "save")[-1] == "Saved " + DAEMON.config
    saved = on_file()
    assert [strip["id"] for strip in saved["channels"]] == \
        ["kick", "snare", "choir", "keys"]
    assert saved["channels"][2] == {
        "id": "choir", "inserts": [{"jack": {"mode": "loop"}}],
        "fader": -3.7}, saved
    assert "to" not in saved["channels"][0]
    assert saved["master"]["guard"]["on"] == 1
    assert [strip["id"] for strip in saved["buses"]] == ["verb"]
    assert changed("reload") == ["Nothing changed."]
    with open(DAEMON.config + "~", encoding="utf-8") as file:
        assert file.read() == before
    os.replace(DAEMON.config + "~", DAEMON.config)
    would = changed("reload", "--dry-run")
    assert "+ bus/drums" in would and "- ch/choir" in would, would
    assert value("/ch/choir/fader") != 0
    assert changed("reload") == would
    assert ctl("get", "/ch/choir/fader").returncode == 1
    assert changed("reload") == ["Nothing changed."]


def a_change_that_cannot_be_is_told_and_changes_nothing():
    for command, why in (
            (["add", '{"bus": {"id": "verb"}}'], "found \"verb\""),
            (["add", '{"bus": '], "byte 9 of the JSON: found the end"),
            (["remove", "ch/kik"], "found strip \"ch/kik\"; allowed: "),
            (["move", "ch/kick", "4"], "found place 4; allowed: 1 to 3"),
            (["insert", "add", "master", "urn:none"], "urn:none"),
            (["insert", "remove", "ch/kick", "1"], "found slot 1"),
            (["insert", "move", "ch/snare", "1", "2"], "found place 2")):
        run = ctl(*command)
        assert run.returncode == 1, (command, run)
        assert why in run.stderr, (command, run.stderr)
        assert run.stdout == "", (command, run.stdout)
    with open(DAEMON.config, encoding="utf-8") as file:
        before = file.read()
    with open(DAEMON.config, "w", encoding="utf-8") as file:
        file.write(before.replace('"Kick"', "1").replace('"Snare"', "2"))
    run = ctl("reload")
    with open(DAEMON.config, "w", encoding="utf-8") as file:
        file.write(before)
    assert run.returncode == 1, run
    assert [line.split(": ")[2] for line in run.stderr.splitlines()] == \
        ["channels[0].name", "channels[1].name"], run.stderr
    assert changed("reload") == ["Nothing changed."]


TESTS = [
    groups_are_listed_and_set,
    many_values_of_a_set_go_out_in_one_bundle,
    a_set_of_many_is_heard_by_others_together,
    a_batch_sets_every_line,
    a_batch_with_errors_names_every_line_and_sets_nothing,
    a_batch_to_what_is_not_there_sets_nothing,
    a_batch_has_json,
    a_long_batch_stays_within_the_limit_of_datagrams,
    a_missing_batch_file_is_named,
    a_session_has_the_form_of_its_program,
    a_session_has_a_page_for_each_bus_that_is_sent_to,
    a_session_has_the_monitor_and_the_groups,
    every_address_of_a_session_is_there_in_the_schemas_range,
    every_address_of_the_table_is_there_and_none_is_missing,
    the_table_has_the_ranges_of_the_schema,
    an_unknown_surface_is_named,
    keys_move_the_fader_of_the_selected_strip,
    keys_mute_and_solo,
    what_others_move_is_shown,
    a_bridge_follows_the_size_of_its_terminal,
    a_stage_across_all_strips_is_chosen_by_name,
    a_bridge_of_a_desk_at_rest_draws_next_to_nothing,
    a_bridge_in_ascii_writes_ascii_only,
    a_bridge_comes_back_with_its_daemon,
    a_desk_is_changed_saved_and_taken_back,
    a_change_that_cannot_be_is_told_and_changes_nothing,
]

DAEMON = Daemon()
ONLY = os.environ.get("HEADROOM_ONLY", "").strip("*").replace(" ", "_")
passed = failed = 0
for test in TESTS:
    if ONLY not in test.__name__:
        continue
    name = test.__name__.replace("_", " ")
    try:
        test()
        passed += 1
        print(f"ok      {name}")
    except (AssertionError, OSError, KeyError,
            subprocess.TimeoutExpired) as wrong:
        failed += 1
        print(f"FAILED  {name}: {type(wrong).__name__}: {wrong}")
DAEMON.stop()
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
