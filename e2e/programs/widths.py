"""Asks the terminal for the column of its cursor behind characters.

With samples: each on a line of its own, a bar behind it, and the column of the bar further right, in its place.
Without: the width of every character, in runs, into /tmp/widths.
"""

import os
import re
import sys
import termios
import tty

saved = termios.tcgetattr(0)
tty.setraw(0)


def ask(outputs: list[str]) -> list[int]:
    """Columns of the cursor, counted from 0, after each output."""
    columns: list[int] = []
    for first in range(0, len(outputs), 200):
        batch = outputs[first : first + 200]
        os.write(1, "".join(f"{output}\x1b[6n" for output in batch).encode())
        answer = b""
        while answer.count(b"R") < len(batch):
            answer += os.read(0, 65536)
        columns += [int(column) - 1 for column in re.findall(rb"\x1b\[\d+;(\d+)R", answer)]
    return columns


samples = sys.argv[1:]
if samples:
    os.write(1, b"\x1b[2J")
    columns = ask([f"\x1b[{row + 1};1H{sample}" for row, sample in enumerate(samples)])
    for row, (sample, column) in enumerate(zip(samples, columns)):
        os.write(1, f"\x1b[{row + 1};1H{sample}|<\x1b[{row + 1};50H={column}=".encode())
    os.write(1, f"\x1b[{len(samples) + 1};1Hwidths-shown\r\n".encode())
else:
    runs: list[tuple[int, int, int]] = []
    # Without surrogates, which are no characters, and what is set aside for private use.
    for first, last in [(0xA0, 0xD7FF), (0xF900, 0x323AF), (0xE0100, 0xE01EF)]:
        for code, column in zip(range(first, last + 1), ask([f"\x1b[1;1H\x1b[2Ka{chr(code)}" for code in range(first, last + 1)])):
            width = column - 1
            if runs and runs[-1][1] == code - 1 and runs[-1][2] == width:
                runs[-1] = (runs[-1][0], code, width)
            else:
                runs.append((code, code, width))
    with open("/tmp/widths.part", "w") as file:
        file.writelines(f"{first} {last} {width}\n" for first, last, width in runs)
    os.rename("/tmp/widths.part", "/tmp/widths")

termios.tcsetattr(0, termios.TCSANOW, saved)
