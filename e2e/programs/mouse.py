"""Switches on the mouse as programs do and prints, one line each, what arrives until q."""

import os
import sys
import termios
import tty

saved = termios.tcgetattr(0)
tty.setraw(0)
os.write(1, b"\x1b[?1002h\x1b[?1006h\x1b[2J\x1b[Hmouse-on\r\n")
while (arrived := os.read(0, 65536)) != b"q":
    for report in arrived.decode().split("\x1b")[1:]:
        os.write(1, f"got {report}\r\n".encode())
os.write(1, b"\x1b[?1002l\x1b[?1006l")
termios.tcsetattr(0, termios.TCSANOW, saved)
sys.exit()
