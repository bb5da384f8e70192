"""Every colour and attribute a program can ask for, on one screen."""

import sys

out = sys.stdout
out.write("\x1b[2J\x1b[H")
attributes = ["1", "2", "3", "4", "4:2", "4:3", "4:4", "4:5", "5", "7", "8", "9", "53", "1;3;4;9", "7;38;5;196"]
out.write(" ".join(f"\x1b[{code}mlook {code}\x1b[0m" for code in attributes) + "\r\n")
out.write("".join(f"\x1b[{code}m{code}\x1b[0m" for code in [*range(30, 38), *range(90, 98), *range(40, 48), *range(100, 108)]))
out.write("\r\n")
for row in range(4):
    out.write("".join(f"\x1b[38;5;{255 - code};48;5;{code}mx\x1b[0m" for code in range(row * 64, row * 64 + 64)) + "\r\n")
for row in range(4):
    out.write(
        "".join(f"\x1b[48;2;{column * 4};{row * 60};{255 - column * 4}mg\x1b[0m" for column in range(64)) + "\r\n"
    )
# Erased with a background, which must stay.
out.write("\x1b[48;2;17;34;51m\x1b[Kerased\x1b[0m\r\n")
out.write("\x1b[4:3;58:2::255:0:0mcoloured underline\x1b[0m \x1b]8;;https://example.org/\x1b\\link\x1b]8;;\x1b\\\r\n")
out.write("┌──┬──┐ ╔══╗ ░▒▓█ ▁▂▃▄▅▆▇ ⣿⣀ ─━│┃ \x1b(0lqk\x1b(B\r\n│  │  │ ║  ║\r\n└──┴──┘ ╚══╝\r\n")
out.write("looks-shown\r\n")
out.flush()
