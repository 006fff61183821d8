"""Take annotations made in napari into results: `python -m easytear_gui.running.apply_annotations`.

Takes the folder of earlier results, the folder to write, the annotation file and the video.
"""

from __future__ import annotations

import sys
from pathlib import Path

from easytear.annotate.corrected import take_in
from easytear.annotate.files import parse_annotations
from easytear.base.errors import EasyTearError
from easytear.report.deliver import deliver
from easytear.results import read_results


def main(arguments: list[str]) -> int:
    """Take annotations in; 0 where it went well."""
    earlier, out, file, video = map(Path, arguments)
    try:
        document = parse_annotations(file.read_text(encoding="utf-8"))
        there = video if video.is_file() else None
        deliver(take_in(read_results(earlier), document, there), out, there)
    except EasyTearError as error:
        sys.stderr.write(f"easytear: {error}\n")
        return 1
    except (OSError, ValueError) as error:
        sys.stderr.write(f"easytear: {file}: {error}.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
