#!/usr/bin/python3
"""A tiny daemon for the tests of headroomctl: fake.py MODE PORT READY

Speaks OSC over UDP as headroom-osc(7) says, as far as the client asks. Writes
its port into the file READY. MODE is normal, lossy (passes over the first
datagram of every sender), old (knows no meter blobs), reloads (has another
layout after half a second of them), slots (a strip has insert slots), garbage
(malformed packets go before every answer), deaf (never answers), broken
(answers the first address of a datagram only) or hostile (names, words and
origins try to be HTML).
"""
import fnmatch
import json
import socket
import struct
import sys
import time


def pad(data):
    return data + b"\0" * (4 - len(data) % 4)


def pack(address, types="", *values):
    data = pad(address.encode()) + pad(("," + types).encode())
    for kind, value in zip(types, values):
        if kind == "s":
            data += pad(value.encode())
        else:
            data += struct.pack(">" + {"i": "i", "f": "f", "h": "q"}[kind],
                                value)
    return data


def text(data, at):
    end = data.index(b"\0", at)
    return data[at:end].decode(), at + len(pad(data[at:end]))


def unpack(data):
    """All messages of a packet as (address, values)."""
    if data.startswith(b"#bundle\0"):
        at, messages = 16, []
        while at < len(data):
            size = struct.unpack_from(">i", data, at)[0]
            messages += unpack(data[at + 4:at + 4 + size])
            at += 4 + size
        return messages
    address, at = text(data, 0)
    types, at = text(data, at)
    values = []
    for kind in types[1:]:
        if kind == "s":
            value, at = text(data, at)
        else:
            form = ">" + {"i": "i", "f": "f", "h": "q"}[kind]
            value = struct.unpack_from(form, data, at)[0]
            at += struct.calcsize(form)
        values.append(value)
    return [(address, values)]


def under(prefix, address):
    return not prefix or f"{address}/".startswith(prefix + "/")


# When the first event was, in ms: 2026-11-22T23:04:05.678Z.
WHEN = 1795388645678

# Address, name, lanes, and whether the fader feeds hardware.
STRIPS = [("ch/kick", "Kick\x1b[31m", 1, 0), ("ch/keys", "Keys", 2, 0),
          ("bus/verb", "Reverb", 2, 1), ("master", "Main", 2, 1)]
STAGES = ("in", "trim", "fader")
# With insert slots: kind, name, state, bypass and parameters.
THR = {"symbol": "thr", "name": "Threshold", "unit": "dB", "min": -60,
       "max": 0, "default": -20, "whole": False, "toggle": False,
       "logarithmic": False}
MODE = {"symbol": "mode", "name": "Dete\x1bctor", "unit": "", "min": 0,
        "max": 4, "default": 0, "whole": True, "toggle": False,
        "logarithmic": False, "only_choices": True, "choices": [
            {"value": 0, "label": "peak"}, {"value": 4, "label": "true"}]}
SLOTS = {"ch/keys": [("lv2", "Comp\x1bressor", "active", 0, (THR, MODE)),
                     ("jack", "jack", "bypassed", 1, ())]}
MORE_ADVICE = (("note", "ch/keys", 3.0), ("warning", "bus/verb", -3.0),
               ("warning", "bus/verb", -1.0), ("alarm", "master", -5.0))
EVIL = "</text><script>document.title='gone'</script><b x='&\""
PLUGINS = [("urn:a:comp", "Compressor", 2, 2, (THR, MODE)),
           ("urn:a:gain", "Gain", 1, 1, ())]


class Desk:
    def __init__(self, mode, port):
        self.mode = mode
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", port))
        self.seen = set()
        self.leases = {}
        self.prefixes = {}
        self.tick = 0
        self.integrated = -23.4
        self.values = {"/status/sample_rate": 48000, "/status/period": 64,
                       "/status/dsp_load": 12.5, "/status/worst_cycle": 20.5,
                       "/status/xruns": 2,
                       "/status/jack": "running", "/status/uptime": 90.0,
                       "/status/drops/malformed": 0}
        for strip, name, _, _ in STRIPS:
            self.values.update({
                f"/{strip}/name": name, f"/{strip}/trim": 0.0,
                f"/{strip}/fader": -6.0, f"/{strip}/mute": 0})
        self.values["/ch/kick/send/verb/tap"] = "post"
        self.names = {}
        self.slots = SLOTS if mode == "slots" else {}
        self.params = {}
        self.searches = 0
        self.dumps = 0
        self.scenes = 0
        self.reloads = 0
        self.check = None
        self.looks, self.moved = 0, []
        for strip, slots in self.slots.items():
            for number, (_, name, state, bypass, params) in enumerate(slots, 1):
                base = f"/{strip}/insert/{number}/"
                self.values.update({base + "name": name, base + "state": state,
                                    base + "bypass": bypass})
                for param in params:
                    address = f"{base}param/{param['symbol']}"
                    self.values[address] = float(param["default"])
                    self.params[address] = param
        self.advised, self.sick = 0, 1
        self.events = [pack("/event/xrun", "hhih", 1, 100, 1, WHEN),
                       pack("/event/over", "hhssihifssh", 2, 200, "ch/kick",
                            "trim", 1, 210, 11, 2.5, "ch/kick/trim", "",
                            WHEN + 1000),
                       pack("/event/jack", "hhsh", 3, 300, "waiting",
                            WHEN + 2000)]
        if self.slots:
            self.events.append(pack("/event/insert", "hhsissh", 4, 400,
                                    "ch/keys", 1, "failed", "it makes NaN",
                                    WHEN + 3000))

        if mode == "hostile":
            self.events[1] = pack(
                "/event/over", "hhssihifssh", 2, 200, "ch/kick", "trim", 1, 210,
                11, 2.5, EVIL, EVIL, int(time.time() * 1000))

    def send(self, to, data):
        if self.mode == "garbage":
            for junk in (b"", b"/ch", b"/ch/kick/fader\0\0,f\0\0",
                         b"#bundle\0\0\0\0\0\0\0\0\1\0\0\0\xff"):
                self.socket.sendto(junk, to)
        self.socket.sendto(data, to)

    def own(self, address):
        """The address by id of what may be named by place."""
        parts = address.split("/")
        of = [s[0] for s in STRIPS if s[0].split("/")[0] == parts[1]]
        if len(parts) > 3 and parts[2].isdigit() and \
                0 < int(parts[2]) <= len(of):
            return "/".join(["", of[int(parts[2]) - 1]] + parts[3:])
        return address

    def answer(self, to, address):
        value = self.values[self.own(address)]
        kind = {str: "s", int: "i", float: "f"}[type(value)]
        self.send(to, pack(address, kind, value))

    def match(self, pattern):
        if self.own(pattern) in self.values:
            return [pattern]
        parts = pattern.split("/")
        return [a for a in self.values if len(a.split("/")) == len(parts) and
                all(map(fnmatch.fnmatchcase, a.split("/"), parts))]

    def publish(self, topic, data, but=None):
        for (to, name), _ in self.leases.items():
            if name == topic and to != but:
                self.send(to, data)

    def set(self, to, asked, value):
        address = self.own(asked)
        old = self.values[address]
        if isinstance(value, str) != isinstance(old, str):
            self.send(to, pack("/error", "sss", address, "wrong-type",
                               f'{address}: found "{value}"; allowed a number'))
            return
        clamped = address.endswith("/fader") and value > 10
        if address in self.params:
            param = self.params[address]
            clamped = not param["min"] <= value <= param["max"]
            bound = min(max(value, param["min"]), param["max"])
        else:
            bound = 10 if clamped else value
        self.values[address] = type(old)(bound)
        if clamped:
            self.answer(to, asked)
        if self.mode == "other" and address == "/ch/keys/mute":
            self.replace()
        elif address == "/ch/keys/mute":
            # A packet that is lost, then one that comes.
            for _ in range(2):
                n = len(self.events) + 1
                self.events.append(pack("/event/xrun", "hhih", n, 0, n, WHEN))
            self.publish("events", self.events[-1])
        kind = {str: "s", int: "i", float: "f"}[type(old)]
        self.publish("state", pack(address, kind, self.values[address]), to)

    def replace(self):
        """Another desk: only the event tells of it."""
        self.names["ch/keys"] = "Organ"
        self.values["/ch/kick/fader"] = -20.0
        self.events.append(pack("/event/desk", "hhssh", len(self.events) + 1,
                                0, "reload", "1 changed", WHEN))
        self.publish("events", self.events[-1])

    def number(self):
        return 8 if self.mode == "reloads" and self.tick > 10 else 7

    def level(self, strip, stage):
        if self.number() == 8:
            return -3.0
        if strip in ("bus/verb", "master"):
            return 1.5
        return -12.0 + 7 * stage if strip == "ch/kick" else -40.0

    def meters(self, to):
        for strip, _, lanes, _ in STRIPS:
            for i, stage in enumerate(STAGES):
                level = self.level(strip, i)
                self.send(to, pack(f"/meter/{strip}/{stage}", "fff" * lanes,
                                   *(level, level - 3, level) * lanes))

    def layout(self, prefix):
        """What a meter blob holds: strip, lanes, stages."""
        prefix = prefix.removeprefix("/meter").strip("/")
        return [(s, lanes, [g for g in self.stages(s)
                            if under(prefix, f"{s}/{g}")])
                for s, _, lanes, _ in STRIPS
                if any(under(prefix, f"{s}/{g}") for g in self.stages(s))]

    def tell_layout(self, to, prefix):
        entry = 0
        strips = self.layout(prefix)
        for strip, lanes, stages in strips:
            self.send(to, pack("/meters/layout", "sisiis", prefix,
                               self.number(), strip, entry, lanes,
                               " ".join(stages)))
            entry += lanes * len(stages)
        self.send(to, pack("/meters/layout/end", "siii", prefix, self.number(),
                           len(strips), entry))

    def blob(self, to, prefix):
        """Two entries a packet."""
        levels = [self.level(strip, self.stages(strip).index(stage))
                  for strip, lanes, stages in self.layout(prefix)
                  for stage in stages for _ in range(lanes)]
        packets = (len(levels) + 1) // 2
        self.tick += 1
        for at in range(0, len(levels), 2):
            data = struct.pack(">IIHHI", self.number(), self.tick, at // 2, packets,
                               at)
            for level in levels[at:at + 2]:
                data += struct.pack(">hhh", *(round(100 * x) for x in (
                    level, level - 3, level)))
            self.send(to, pad(b"/meters/blob") + pad(b",b") +
                      struct.pack(">i", len(data)) + data +
                      b"\0" * (-len(data) % 4))

    def stages(self, strip):
        slots = len(self.slots.get(strip, ()))
        return ["in", "trim"] + [f"insert/{n + 1}" for n in range(slots)] + \
            ["fader"]

    def parts(self, to, command, about, text):
        """A text in parts of 80 characters."""
        parts = [text[i:i + 80] for i in range(0, len(text), 80)]
        for i, part in enumerate(parts):
            self.send(to, pack(command, "siis", about, i + 1, len(parts),
                               part))

    def describe(self, to, asked):
        found = self.match(asked)
        for address in found:
            self.parts(to, "/describe", address, json.dumps({
                "address": address, "value": self.values[self.own(address)],
                **self.params.get(self.own(address), {})}))
        self.send(to, pack("/describe/end", "si", asked, len(found)))

    def plugins(self, to, wanted):
        self.searches += 1
        found = [p for p in PLUGINS if wanted.lower() in (p[0] + p[1]).lower()]
        for uri, name, inputs, outputs, params in found:
            # A packet of the first search is lost.
            if self.searches == 1 and uri == "urn:a:gain":
                continue
            self.send(to, pack("/plugins", "ssiii", uri, name, inputs, outputs,
                               len(params)))
        self.send(to, pack("/plugins/end", "si", wanted, len(found)))

    def plugin(self, to, wanted):
        for uri, name, inputs, outputs, params in PLUGINS:
            if uri == wanted:
                self.parts(to, "/plugin", uri, json.dumps({
                    "uri": uri, "name": name, "inputs": inputs,
                    "outputs": outputs, "hard_rt": True, "params": params,
                    "presets": [{"uri": uri + "#x", "name": "Gentle"}]}))
                return
        self.send(to, pack("/error", "sss", "/plugin", "bad-value",
                           "/plugin: no such plugin"))

    def level_of(self, to, address):
        """A question for one level; False for another question."""
        if address.endswith(("/target/low", "/target/high")):
            self.send(to, pack(address, "f",
                               -18.0 if address.endswith("low") else -10.0))
            return True
        kind, _, rest = address[1:].partition("/")
        strip = next((s[0] for s in STRIPS if under(s[0], rest)), "")
        stage = rest[len(strip) + 1:]
        if kind == "loudness":
            self.send(to, pack(address, "f" * 9, -20.1, -23.2, self.integrated,
                               5.6, 0.78, -90.1, 12.3, -200.0, -21.0))
            return True
        if kind not in ("headroom", "meter") or \
                strip not in [s[0] for s in STRIPS]:
            return False
        level = self.level(strip, self.stages(strip).index(stage))
        lanes = [s[2] for s in STRIPS if s[0] == strip][0]
        if kind == "headroom":
            self.send(to, pack(address, "fs", -level,
                               "over" if level > 0 else "nominal"))
        else:
            self.send(to, pack(address, "fff" * lanes,
                               *(level, level - 3, level) * lanes))
        return True

    def advice(self, to):
        self.advised += 1
        if self.sick:
            self.send(to, pack("/advice", "issssffsiis", 3, "warning",
                               "hot-source", "ch/kick", "trim", -6.0, -10.0,
                               "dBFS", 12, 2, EVIL if self.mode == "hostile"
                               else "ch/kick is too hot: turn it down by "
                               "8.0 dB."))
            # A packet of the first answer is lost.
            if self.advised != 1:
                self.send(to, pack("/advice/fix", "isf", 3, "/ch/kick/trim",
                                   -8.0))
            self.send(to, pack("/advice/fix", "isf", 3, "/ch/kick/fader",
                               2.1))
        more = MORE_ADVICE if self.slots else ()
        for number, (severity, strip, value) in enumerate(more, 4):
            self.send(to, pack("/advice", "issssffsiis", number, severity,
                               "bus-hot", strip, "in", value, -6.0, "dBFS", 12,
                               0, f"{strip} is {severity} no. {number}."))
        self.send(to, pack("/advice/end", "i", self.sick + len(more)))

    def apply(self, to, number):
        if number not in (0, 3):
            self.send(to, pack("/error", "sss", "/advice/apply", "bad-value",
                               f"/advice/apply: found no finding {number}"))
            return
        self.send(to, pack("/advice/apply", "iii", number, self.sick,
                           2 * self.sick))
        self.sick = 0

    def soundcheck(self, to, what, values):
        """One channel too hot, one that needs nothing. A strip of the first
        look is lost. What a check was asked for may make it go wrong: strips
        gone, stolen, stuck or changed."""
        address = f"/soundcheck/{what}"
        if what == "start" and "busy" in values:
            self.send(to, pack("/error", "sss", address, "busy",
                               f"{address}: found a sound check with 7 s to "
                               "go"))
        elif what == "start":
            self.check = (time.monotonic(), values[0], values[1:])
            self.looks = 0
            self.send(to, pack(address, "fi", values[0], 2))
        elif what == "apply":
            self.moved.append(values)
            self.values["/ch/kick/trim"] = -10.0
            self.send(to, pack(address, "i", 1))
        elif what == "cancel":
            self.check = None
            self.values["/ch/kick/name"] = "cancelled"
            self.send(to, pack(address, "i", 1))
        else:
            self.look(to, address)

    def look(self, to, address):
        begun, seconds, strips = self.check or (0, 0.0, [])
        heard = min(time.monotonic() - begun, seconds)
        self.looks += 1
        state = "done" if heard == seconds else "listening"
        if "gone" in strips and self.looks > 2:
            state, heard, seconds = "idle", 0.0, 0.0
        if "stolen" in strips and self.looks > 2:
            seconds = 7.0
        if "stuck" in strips:
            state, heard = "listening", 0.1
        # What stands behind the look that finds it done.
        other = "changed" in strips and heard == seconds
        self.send(to, pack(address, "sff", state, heard, seconds))
        if self.looks != 1:
            self.send(to, pack("/soundcheck/strip", "ssfffffs", "ch/kick",
                               "move", -2.0, -5.0, 0.9, 0.0,
                               -10.5 if other and self.looks % 2 else -10.0,
                               "peaks at -2.0 dBFS: trim down by 10.0 dB"))
        self.send(to, pack("/soundcheck/strip", "ssfffffs", "ch/keys", "right",
                           -14.25, -200.0, 0.5, 3.0, 3.0, "leave\x1b it"))
        self.send(to, pack("/soundcheck/end", "i", 2))

    def scene(self, to, address, values):
        """A desk with the scene "Vers 1"; parts of the first answer are lost."""
        whole = self.scenes > 0
        self.scenes += 1
        if values and values[0] == "none":
            self.send(to, pack("/error", "sss", address, "unknown-scene",
                               f"{address}: found no scene \"none\""))
        elif address == "/scene/list":
            self.send(to, pack(address, "shis", "Vers 1", 1795388645678, 2, ""))
            if whole:
                self.send(to, pack(address, "shis", "cut", 1795388645000, 0,
                                   "line 2: found nothing"))
            self.send(to, pack("/scene/list/end", "i", 2))
        elif address == "/scene/preview":
            if whole:
                self.send(to, pack("/scene/change", "sff", "/ch/kick/fader",
                                   -30.0, -6.3))
            self.send(to, pack("/scene/change", "sss",
                               "/ch/kick/send/verb/tap", "pre", "post"))
            self.send(to, pack("/scene/safe", "s", "/ch/keys/fader"))
            self.send(to, pack("/scene/preview/end", "siii", values[0], 2, 1, 0))
        elif address == "/scene/show":
            self.send(to, pack("/scene/value", "sf", "/ch/kick/fader", -6.3))
            self.send(to, pack("/scene/unknown", "s", "/ch/gone/fader"))
            self.send(to, pack("/scene/show/end", "sii", values[0], 1, 1))
        elif address == "/scene/recall":
            fade = [value for value in values if isinstance(value, float)]
            self.send(to, pack(address, "siiif", values[0], 3, 1,
                               len(values) - 1 - len(fade), sum(fade)))
        elif address == "/scene/current":
            self.send(to, pack(address, "sif", "Vers 1", 1, 1.5))
        elif address == "/scene/save":
            self.send(to, pack(address, "si", values[0], 140))
        elif address == "/scene/stop":
            self.send(to, pack(address, "i", 1))
        else:
            types = "s" * len(values)
            self.send(to, pack(address, types, *values))

    def change(self, to, address, values):
        """Changes of the configuration, which tell what was asked for. A line
        of the first check is lost, and one of each removal."""
        verdict, lost = "done", []
        said = " ".join(map(str, values))
        if len(said) > 1000:
            said = f"{len(said)} bytes"
        if "none" in said:
            self.send(to, pack("/error", "sss", address, "bad-value",
                               f"{address}: found strip \"ch/none\""))
            return
        if "bad" in said:
            verdict = "refused"
            lines = [("error", "headroom.json:3: channels[0].to: found 1"),
                     ("error", "headroom.json:9: a\x1b[31m: found 2")]
        elif address in ("/reload", "/reload/check"):
            lines = [("added", "ch/choir"), ("removed", "bus/old"),
                     ("moved", "ch/kick: from place 1 to 3"),
                     ("changed", "ch/kick: fader: from 0 to -3\x1b"),
                     ("note", "master.inserts[0].lv2: found \"urn:a\"")]
            self.reloads += 1
            if address == "/reload/check":
                verdict = "checked"
                lost = lines[1:2] if self.reloads == 1 else []
            elif self.reloads > 3:
                lines = []
        else:
            lines = [("changed", f"{address} {said}")]
            if address == "/config/save":
                lines = [("saved", "/etc/head\x1broom.json")]
            if address == "/remove" and "insert" not in said:
                lines = [("removed", said), ("note", "lost")]
                lost = lines[1:]
        for line in lines:
            if line not in lost:
                self.send(to, pack("/reload/line", "ss", *line))
        self.send(to, pack("/reload/end", "ssi", address, verdict, len(lines)))

    def loudness(self, to):
        for strip in ("bus/verb", "master"):
            self.send(to, pack(f"/loudness/{strip}", "f" * 9, -20.1, -23.2,
                               self.integrated, 5.6, 0.78, -90.1, 12.3, -200.0, -21.0))

    def take(self, to, address, values):
        if address == "/loudness/reset":
            self.integrated = -200.0
            self.send(to, pack("/loudness/reset", "i", 2))
        elif address == "/advice":
            self.advice(to)
        elif address == "/advice/apply":
            self.apply(to, values[0])
        elif address == "/undo":
            self.send(to, pack("/undo", "is", 0 if self.sick else 2,
                               "" if self.sick else "advice 3"))
            self.sick = 1
        elif address.startswith("/soundcheck/"):
            self.soundcheck(to, address.split("/")[2], values)
        elif address.startswith("/scene/"):
            self.scene(to, address, values)
        elif address in ("/reload", "/reload/check", "/add", "/remove", "/move",
                         "/config/save"):
            self.change(to, address, values)
        elif address == "/renew":
            held = sum(1 for lease in self.leases if lease[0] == to)
            self.send(to, pack("/renewed", "ih", held, 7))
        elif address == "/meters/layout" and self.mode != "old":
            self.tell_layout(to, values[0])
        elif address == "/subscribe" and values[0] != "nothing":
            self.leases[(to, values[0])] = values[1]
            self.prefixes[(to, values[0])] = values[2]
            self.send(to, pack("/subscribed", "sis", values[0], values[1],
                               values[2]))
            if values[0] == "status":
                for name in self.match("/status/*"):
                    self.answer(to, name)
        elif address == "/unsubscribe":
            self.leases = {lease: rate for lease, rate in self.leases.items()
                           if lease[0] != to}
        elif address == "/list":
            for strip, name, lanes, outputs in STRIPS:
                name = self.names.get(strip, name)
                if self.mode == "hostile":
                    name = EVIL
                self.send(to, pack("/list", "ssisi", strip, name, lanes,
                                   " ".join(self.stages(strip)), outputs))
            self.send(to, pack("/list/send", "ss", "ch/kick", "verb"))
            for strip, slots in self.slots.items():
                for number, slot in enumerate(slots, 1):
                    self.send(to, pack("/list/slot", "sisssi", strip, number,
                                       *slot[:3], 2))
            for strip, _, _, _ in STRIPS:
                aim = (-18, -10) if strip.startswith("ch/") else (-30, -6)
                if strip == "ch/keys" and not self.names:
                    aim = (-45, -35)
                self.send(to, pack("/list/target", "sff", strip, *aim))
            self.send(to, pack("/list/end", "iii", len(STRIPS), 0, 0))
        elif address == "/describe":
            self.describe(to, values[0])
        elif address == "/plugins":
            self.plugins(to, values[0])
        elif address == "/plugin":
            self.plugin(to, values[0])
        elif address == "/dump":
            prefix = values[0]
            told = [a for a in self.values if a.startswith("/ch") and
                    (a + "/").startswith(prefix + "/")]
            self.send(to, pack("/dump", "sh", prefix, 0))
            self.dumps += 1
            for name in told:
                if self.mode != "lossy" or self.dumps > 1 or "fader" in name:
                    self.answer(to, name)
            self.send(to, pack("/dump/end", "sih", prefix, len(told), 0))
        elif address == "/events":
            for event in self.events[values[0] if values else 1 << 30:]:
                self.send(to, event)
            self.send(to, pack("/events", "h", len(self.events)))
        elif address != "/loudness/reset" and self.level_of(to, address):
            pass
        elif self.match(address):
            for name in self.match(address):
                if values:
                    self.set(to, name, values[0])
                else:
                    self.answer(to, name)
        else:
            self.send(to, pack("/error", "sss", address, "unknown-address",
                               "there is no such address"))

    def run(self):
        due = 0
        self.socket.settimeout(0.05)
        while True:
            try:
                data, to = self.socket.recvfrom(65536)
                first = to not in self.seen
                self.seen.add(to)
                if self.mode == "deaf" or (self.mode == "lossy" and first):
                    continue
                for address, values in unpack(data):
                    self.take(to, address, values)
                    if self.mode == "broken":
                        break
            except (socket.timeout, ConnectionRefusedError):
                pass
            if time.monotonic() >= due:
                due = time.monotonic() + 0.05
                for to, topic in list(self.leases):
                    if topic == "meters":
                        self.meters(to)
                    if topic == "meters/blob":
                        self.blob(to, self.prefixes[(to, topic)])
                    if topic == "loudness":
                        self.loudness(to)


desk = Desk(sys.argv[1], int(sys.argv[2]))
with open(sys.argv[3], "w", encoding="ascii") as ready:
    ready.write(str(desk.socket.getsockname()[1]))
desk.run()
