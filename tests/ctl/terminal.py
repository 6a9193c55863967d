#!/usr/bin/python3
"""Runs a command in a terminal of its own: terminal.py COLUMNS LINES COMMAND...

Presses the keys in KEYS, or q, after two seconds and then one a second. Prints
everything that was drawn and ends with the command's exit status, or 99 if it
did not end.
"""
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

columns, lines = int(sys.argv[1]), int(sys.argv[2])
child, terminal = pty.fork()
if child == 0:
    # The size has to stand before ncurses asks for it.
    fcntl.ioctl(0, termios.TIOCSWINSZ,
                struct.pack("HHHH", lines, columns, 0, 0))
    os.execvp(sys.argv[3], sys.argv[3:])

drawn = b""
start = time.monotonic()
keys = os.environ.get("KEYS", "q")
pressed = 0
while time.monotonic() - start < 10:
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            drawn += os.read(terminal, 65536)
        except OSError:
            break
    if pressed < len(keys) and time.monotonic() - start > 2 + pressed:
        os.write(terminal, keys[pressed].encode())
        pressed += 1
sys.stdout.buffer.write(drawn)
sys.stdout.flush()
ended, status = os.waitpid(child, os.WNOHANG)
for _ in range(20):
    if ended:
        break
    time.sleep(0.1)
    ended, status = os.waitpid(child, os.WNOHANG)
if not ended:
    os.kill(child, 9)
    sys.exit(99)
sys.exit(os.waitstatus_to_exitcode(status))
