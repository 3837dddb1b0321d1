"""How a command of the terminal ends: with an exit code, and one line if something is wrong."""

import sys

DONE, FAILED, USED_WRONGLY = 0, 1, 2


def complain(line: str, code: int = FAILED) -> int:
    """Say what is wrong, and give the exit code."""
    sys.stderr.write(f"kawaraban: {line}\n")
    return code
