#!/usr/bin/python3
"""OSC over TCP: framings, connections, and who does not read.

wire.py BUILD_DIR runs every test on a real daemon, which needs no JACK server
for this, and ends with a line "N passed, N failed". OSC and framing are made
here, independent of the daemon's own.
"""
import json
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

BUILD = os.path.abspath(sys.argv[1])
WORK = tempfile.TemporaryDirectory(prefix="headroom-wire.")
CHANNELS = 10
END, ESC, ESC_END, ESC_ESC = b"\xc0", b"\xdb", b"\xdc", b"\xdd"


# --- OSC and its framings ---

def padded(data):
    return data + b"\0" * (4 - len(data) % 4)


def message(address, types="", *values):
    data = padded(address.encode()) + padded(b"," + types.encode())
    for kind, value in zip(types, values):
        data += (padded(value.encode()) if kind == "s"
                 else struct.pack(">" + kind, value))
    return data


def bundle(*parts):
    data = b"#bundle\0" + struct.pack(">Q", 1)
    for part in parts:
        data += struct.pack(">i", len(part)) + part
    return data


def text_at(data, at):
    end = data.index(b"\0", at)
    return data[at:end].decode(), end + 4 - end % 4


def messages(data):
    if data.startswith(b"#bundle\0"):
        at, found = 16, []
        while at < len(data):
            size = struct.unpack_from(">i", data, at)[0]
            found += messages(data[at + 4:at + 4 + size])
            at += 4 + size
        return found
    address, at = text_at(data, 0)
    types, at = text_at(data, at)
    values = []
    for kind in types[1:]:
        if kind == "s":
            value, at = text_at(data, at)
        else:
            value = struct.unpack_from(">" + {"h": "q"}.get(kind, kind), data,
                                       at)[0]
            at += 8 if kind == "h" else 4
        values.append(value)
    return [(address, *values)]


def counted(packet):
    return struct.pack(">I", len(packet)) + packet


def slip(packet):
    return END + packet.replace(ESC, ESC + ESC_ESC).replace(
        END, ESC + ESC_END) + END


class Stream:
    """A connection that speaks and reads one of the two framings."""

    def __init__(self, frame=counted, host="127.0.0.1", receive=None):
        self.socket = socket.socket(
            socket.AF_INET6 if ":" in host else socket.AF_INET)
        if receive:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.socket.settimeout(5)
        self.socket.connect((host, DAEMON.port))
        self.frame, self.data, self.heard = frame, b"", []

    def say(self, *arguments):
        self.socket.sendall(self.frame(message(*arguments)))

    def packet(self):
        """The next whole packet in what came, or None."""
        if self.frame is counted:
            if len(self.data) < 4:
                return None
            size = struct.unpack(">I", self.data[:4])[0]
            if len(self.data) < 4 + size:
                return None
            packet, self.data = self.data[4:4 + size], self.data[4 + size:]
            return packet
        while self.data.startswith(END):
            self.data = self.data[1:]
        if END not in self.data:
            return None
        packet, self.data = self.data.split(END, 1)
        return packet.replace(ESC + ESC_END, END).replace(ESC + ESC_ESC, ESC)

    def read(self, seconds):
        """Takes what comes; False at the end of the connection."""
        if not select.select([self.socket], [], [], seconds)[0]:
            return True
        try:
            some = self.socket.recv(1 << 16)
        except ConnectionError:
            return False
        self.data += some
        while (packet := self.packet()) is not None:
            self.heard += messages(packet)
        return some != b""

    def wait(self, address, seconds=5):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for i, heard in enumerate(self.heard):
                if heard[0] == address:
                    return self.heard.pop(i)
            assert self.read(0.05), "the connection was closed"
        raise AssertionError(f"no {address}, but {self.heard}")

    def get(self, address):
        self.say(address)
        return self.wait(address)[1]

    def is_closed(self, seconds=5):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.read(0.05):
                return True
        return False

    def close(self):
        self.socket.close()


class Proxy(threading.Thread):
    """A network that loses a share of all datagrams; others are up to 20 ms
    late."""

    def __init__(self, loss, late):
        super().__init__(daemon=True)
        self.loss, self.lateness = loss, late
        self.dice = random.Random(5)
        self.near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.near.bind(("127.0.0.1", 0))
        self.far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.far.connect(("127.0.0.1", DAEMON.port))
        self.client, self.late, self.lost, self.over = None, [], 0, False

    def port(self):
        return self.near.getsockname()[1]

    def pass_on(self, source, data):
        if source is self.near:
            self.far.send(data)
        elif self.client:
            self.near.sendto(data, self.client)

    def run(self):
        while not self.over:
            ready = select.select([self.near, self.far], [], [], 0.002)[0]
            for source in ready:
                data, sender = source.recvfrom(1 << 16)
                if source is self.near:
                    self.client = sender
                dice = self.dice.random()
                if dice < self.loss:
                    self.lost += 1
                elif dice < self.loss + self.lateness:
                    self.late.append((time.monotonic() +
                                      0.02 * self.dice.random(), source, data))
                else:
                    self.pass_on(source, data)
            now = time.monotonic()
            for due in [late for late in self.late if late[0] <= now]:
                self.late.remove(due)
                self.pass_on(*due[1:])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemon:
    def __init__(self):
        self.port = free_port()
        self.config = os.path.join(WORK.name, "desk.json")
        self.standing = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.standing.bind(("127.0.0.1", 0))
        self.standing.settimeout(5)
        there = f"udp://127.0.0.1:{self.standing.getsockname()[1]}"
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "osc": {"subscribers": [
                {"url": there, "topics": ["state"]}]}, "channels": [
                {"id": f"c{i}", "lanes": 1} for i in range(CHANNELS)]}, file)
        self.start()

    def start(self):
        # "lo" is an interface, and stands for all of its addresses.
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "headroomd"), "-s", "headroom-nowhere", "-c",
             self.config, "--state", "", "-l", f"tcp://lo:{self.port}",
             "-l", f"udp://127.0.0.1:{self.port}"],
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("headroomd takes no connection")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)


def ctl(*arguments):
    return subprocess.run(
        [os.path.join(BUILD, "headroomctl"), "-u",
         f"osc.tcp://127.0.0.1:{DAEMON.port}", *arguments],
        capture_output=True, text=True, timeout=30, check=False)


def soon(truth, seconds=5):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if truth():
            return True
        time.sleep(0.05)
    return False


# --- tests ---

def hosts():
    """The loopback of each family that this machine has."""
    yield "127.0.0.1"
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        print("SKIPPED: no IPv6 here")
    else:
        yield "::1"


def both_framings_work_over_both_families():
    for host in hosts():
        for frame in (counted, slip):
            stream = Stream(frame, host)
            stream.say("/ch/c0/fader", "f", -12.5)
            assert stream.get("/ch/c0/fader") == -12.5
            stream.say("/ch/c0/fader", "f", 99.0)
            assert stream.wait("/ch/c0/fader")[1] == 10.0
            stream.close()


def a_stream_may_come_in_any_pieces():
    for frame in (counted, slip):
        stream = Stream(frame)
        for byte in frame(message("/ch/c1/name", "s", "piece")) + frame(
                message("/ch/c1/name")):
            stream.socket.sendall(bytes([byte]))
        assert stream.wait("/ch/c1/name")[1] == "piece"
        stream.close()
    stream = Stream(slip)
    stream.socket.sendall(message("/ch/c1/name") + END)
    assert stream.wait("/ch/c1/name")[1] == "piece"
    stream.close()


def a_bundle_is_one_transaction():
    stream, other = Stream(), Stream(slip)
    other.say("/subscribe", "s", "state")
    other.wait("/subscribed")
    stream.socket.sendall(counted(bundle(
        message("/ch/c2/fader", "f", -1.0), message("/ch/c3/mute", "i", 1))))
    assert other.wait("/ch/c2/fader")[1] == -1.0
    assert other.wait("/ch/c3/mute")[1] == 1
    stream.close()
    other.close()


def what_is_no_osc_ends_the_connection_and_is_counted():
    stream = Stream()
    before = stream.get("/status/drops/malformed")
    for junk in (b"GET / HTTP/1.0\r\n\r\n", b"\0\1\0\1", b"\xc0/a\xdb\0"):
        bad = Stream()
        bad.socket.sendall(junk)
        assert bad.is_closed()
        bad.close()
    assert stream.get("/status/drops/malformed") == before + 3
    # A packet that is none in a sound frame costs only itself.
    stream.socket.sendall(counted(b"none"))
    assert stream.get("/status/drops/malformed") == before + 4
    stream.close()


def leases_end_with_the_connection():
    stream, other = Stream(), Stream()
    before = other.get("/status/subscribers")
    stream.say("/subscribe", "s", "state")
    stream.wait("/subscribed")
    assert other.get("/status/subscribers") == before + 1
    stream.close()
    assert soon(lambda: other.get("/status/subscribers") == before)
    other.close()


def datagrams_and_streams_hear_of_each_other():
    stream = Stream()
    stream.say("/subscribe", "s", "state")
    stream.wait("/subscribed")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        datagram.settimeout(5)
        datagram.connect(("127.0.0.1", DAEMON.port))
        datagram.send(message("/subscribe", "s", "state"))
        datagram.recv(2000)
        datagram.send(message("/ch/c4/pan", "f", 0.5))
        assert stream.wait("/ch/c4/pan")[1] == 0.5
        stream.say("/ch/c4/pan", "f", -0.5)
        assert messages(datagram.recv(2000)) == [("/ch/c4/pan", -0.5)]
    stream.close()


def a_standing_subscriber_hears_through_a_datagram():
    stream = Stream()
    stream.say("/ch/c9/name", "s", "Standing")
    while True:
        if ("/ch/c9/name", "Standing") in messages(DAEMON.standing.recv(2000)):
            break
    stream.close()


def answers_go_to_the_port_that_was_asked_for():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaks, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hears:
        hears.bind(("127.0.0.1", 0))
        hears.settimeout(5)
        speaks.settimeout(0.2)
        speaks.connect(("127.0.0.1", DAEMON.port))
        port = hears.getsockname()[1]
        speaks.send(message("/reply", "i", port))
        assert messages(hears.recv(2000)) == [("/reply", port)]
        speaks.send(message("/subscribe", "s", "state"))
        assert messages(hears.recv(2000))[0][0] == "/subscribed"
        stream = Stream()
        stream.say("/ch/c4/pan", "f", 0.25)
        assert messages(hears.recv(2000)) == [("/ch/c4/pan", 0.25)]
        stream.say("/reply", "i", port)
        assert stream.wait("/error")[2] == "not-allowed"
        stream.close()
        speaks.send(message("/reply", "i", 0))
        assert messages(speaks.recv(2000)) == [("/reply", 0)]


def who_does_not_read_is_left_while_others_go_on():
    slow, good = Stream(receive=4096), Stream()
    before = good.get("/status/drops/slow")
    ask = counted(bundle(*[message("/ch/*/name")] * 40)) * 20
    slow.socket.settimeout(0.2)
    worst = 0
    for _ in range(200):
        try:
            slow.socket.sendall(ask)
        except OSError:
            pass
        begin = time.monotonic()
        good.get("/ch/c0/fader")
        worst = max(worst, time.monotonic() - begin)
        if good.get("/status/drops/slow") > before:
            break
    assert good.get("/status/drops/slow") == before + 1
    # It would wait for ever if anything waited for the slow one.
    assert worst < 2, worst
    slow.close()
    good.close()


def a_flood_of_connections_is_bounded():
    first = Stream()
    before = first.get("/status/drops/connections")
    many = [socket.create_connection(("127.0.0.1", DAEMON.port), 5)
            for _ in range(150)]
    assert soon(lambda: first.get("/status/drops/connections") >= before + 80)
    for one in many:
        one.close()
    assert soon(lambda: ctl("get", "/ch/c0/fader").returncode == 0)
    first.close()


class Player(threading.Thread):
    """Sets its own fader again and again, and hears the others."""

    def __init__(self, number, sets):
        super().__init__()
        self.number, self.sets = number, sets
        self.stream = Stream(slip if number % 2 else counted)
        self.stream.say("/subscribe", "s", "state")
        self.stream.wait("/subscribed")

    def run(self):
        begin = time.monotonic()
        for i in range(self.sets):
            self.stream.say(f"/ch/c{self.number}/delay", "f", i / 16)
            while time.monotonic() < begin + i / 100:
                self.stream.read(0.002)
        for _ in range(40):
            self.stream.read(0.05)


def a_thousand_sets_a_second_are_seen_by_all_and_none_is_lost():
    players = [Player(i, 200) for i in range(CHANNELS)]
    for player in players:
        player.start()
    for player in players:
        player.join()
    wanted = [i / 16 for i in range(200)]
    for player in players:
        for other in range(CHANNELS):
            if other == player.number:
                continue
            told = [heard[1] for heard in player.stream.heard
                    if heard[0] == f"/ch/c{other}/delay"]
            # The first set of all is to what is there already.
            assert told == wanted[1:], (player.number, other, len(told))
        player.stream.close()


def headroomctl_takes_either_and_says_who_refused():
    assert ctl("set", "/ch/c5/fader", "-7").returncode == 0
    assert ctl("get", "/ch/c5/fader").stdout == "/ch/c5/fader -7\n"
    assert len(ctl("dump").stdout.splitlines()) > CHANNELS * 5
    DAEMON.stop()
    run = ctl("get", "/ch/c5/fader")
    assert run.returncode == 3, run
    assert f"tcp://127.0.0.1:{DAEMON.port} (nothing listens" in run.stderr
    DAEMON.start()


def watching_goes_on_when_the_daemon_is_back():
    watch = subprocess.Popen(
        [os.path.join(BUILD, "headroomctl"), "-u",
         f"tcp://127.0.0.1:{DAEMON.port}", "watch"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        stream = Stream()
        assert soon(lambda: stream.get("/status/subscribers") == 2)
        DAEMON.stop()
        DAEMON.start()
        stream = Stream()
        assert soon(lambda: stream.get("/status/subscribers") == 2, 10)
        stream.say("/ch/c6/mute", "i", 1)
        assert select.select([watch.stdout], [], [], 5)[0]
        assert watch.stdout.readline() == "/ch/c6/mute 1\n"
        stream.close()
    finally:
        watch.terminate()
        watch.wait(5)


class Watch:
    """headroomctl watch behind a bad network, and what it should tell."""

    def __init__(self, loss, late):
        self.proxy = Proxy(loss, late)
        self.proxy.start()
        self.stream, self.truth = Stream(), {}
        self.dice = random.Random(9)
        # Read through a place in the file of its own: one that is shared with
        # who writes would move under it.
        self.seen = os.path.join(WORK.name, "seen")
        before = self.stream.get("/status/subscribers")
        with open(self.seen, "wb") as seen:
            self.process = subprocess.Popen(
                [os.path.join(BUILD, "headroomctl"), "-t", "30", "-u",
                 f"udp://127.0.0.1:{self.proxy.port()}", "watch"],
                stdout=seen, stderr=subprocess.DEVNULL)
        assert soon(lambda: self.stream.get("/status/subscribers") > before, 20)

    def change(self, times):
        for i in range(times):
            address = f"/ch/c{self.dice.randrange(CHANNELS)}/trim"
            self.truth[address] = self.dice.randrange(-160, 160) / 4
            self.stream.say(address, "f", self.truth[address])
            time.sleep(0.002)

    def told(self):
        with open(self.seen, encoding="utf-8") as seen:
            lines = [line.split(" ", 1) for line in seen
                     if line.endswith("\n")]
        return {address: float(value) for address, value in lines
                if address in self.truth}

    def expect_truth(self):
        try:
            assert soon(lambda: self.told() == self.truth, 20), self.told()
        finally:
            self.process.terminate()
            self.process.wait(5)
            self.proxy.over = True
            self.stream.close()


def watching_ends_with_the_true_state_on_a_bad_network():
    watch = Watch(0.2, 0.3)
    watch.change(600)
    watch.expect_truth()
    assert watch.proxy.lost > 50, watch.proxy.lost


def changes_that_were_lost_without_a_trace_are_found():
    watch = Watch(0, 0)
    watch.change(20)
    assert soon(lambda: watch.told() == watch.truth)
    watch.proxy.loss = 1
    watch.change(100)
    time.sleep(0.1)
    watch.proxy.loss = 0
    assert watch.told() != watch.truth
    watch.expect_truth()


TESTS = [
    a_standing_subscriber_hears_through_a_datagram,
    watching_ends_with_the_true_state_on_a_bad_network,
    changes_that_were_lost_without_a_trace_are_found,
    both_framings_work_over_both_families, a_stream_may_come_in_any_pieces,
    a_bundle_is_one_transaction,
    what_is_no_osc_ends_the_connection_and_is_counted,
    leases_end_with_the_connection, datagrams_and_streams_hear_of_each_other,
    answers_go_to_the_port_that_was_asked_for,
    who_does_not_read_is_left_while_others_go_on,
    a_flood_of_connections_is_bounded,
    a_thousand_sets_a_second_are_seen_by_all_and_none_is_lost,
    headroomctl_takes_either_and_says_who_refused,
    watching_goes_on_when_the_daemon_is_back]

DAEMON = Daemon()


def main():
    failed = 0
    for test in TESTS:
        name = test.__name__.replace("_", " ")
        try:
            test()
            print(f"ok      {name}")
        except Exception as why:
            failed += 1
            print(f"FAILED  {name}: {type(why).__name__}: {why}")
    if DAEMON.stop() != 0:
        failed += 1
        print("FAILED  the daemon ends well")
    print(f"{len(TESTS) - failed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
