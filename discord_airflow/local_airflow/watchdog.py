"""
Wait until `make up` has ended, and clean up if it could not: ``python -m discord_airflow.local_airflow.watchdog HOME``.

Its standard input is a pipe that only `make up` holds open, so however that ends, also by `kill -9`, the pipe closes.
"""

import signal
import sys
from pathlib import Path


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdin.buffer.read()
    # Loaded only now: until then this is a process that sleeps, and a small one.
    from discord_airflow.local_airflow.down import clean_up
    from discord_airflow.local_airflow.place import AirflowPlace

    clean_up(AirflowPlace(Path(sys.argv[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
