"""
Keep in the corpus what reaches something that nothing smaller reaches: `python -m fuzz.keep FOLDER...` from tests/.

libFuzzer's own merging starts its program again, which a Python script is not.
"""

import hashlib
import sys
from itertools import pairwise
from pathlib import Path

from fuzz.normalise import normalise

CORPUS = Path(__file__).parent / "corpus"
OURS = str(Path("discord_airflow", "collectors"))


def steps_of(data):
    """Return the pairs of lines of the importer that follow each other when *data* is normalised, and how it ends."""
    found, path = set(), []

    def trace(frame, event, _):
        name = frame.f_code.co_filename
        if OURS not in name:
            return None
        if event == "line":
            path.append((name, frame.f_lineno))
        return trace

    sys.settrace(trace)
    try:
        outcome = normalise(data)
    finally:
        sys.settrace(None)
    found.update(pairwise(path))
    found.update(("reason", each.reason) for each in outcome.troubles)
    return found | {("refused", outcome.refused), ("layout", outcome.layout)}


def main(folders):
    """Choose from *folders* and from the corpus, small files first, and write the corpus anew."""
    files = {path.read_bytes() for folder in (CORPUS, *folders) for path in Path(folder).iterdir()}
    known = set()
    chosen = {}
    for data in sorted(files, key=lambda data: (len(data), data)):
        new = steps_of(data) - known
        if new:
            known |= new
            chosen[hashlib.sha256(data).hexdigest()[:16]] = data
    for path in CORPUS.iterdir():
        if path.name not in chosen:
            path.unlink()
    for name, data in chosen.items():
        (CORPUS / name).write_bytes(data)
    sys.stdout.write(f"{len(chosen)} of {len(files)} kept, {len(known)} steps\n")


if __name__ == "__main__":
    main(sys.argv[1:])
