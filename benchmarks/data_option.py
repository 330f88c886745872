"""The option --data-dir, shared by the scripts that read published benchmark files."""

import argparse
import os
from pathlib import Path


def parse_with_data(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Parse with --data-dir, by default $ASSAY_DATA; ends the script where neither is given."""
    parser.add_argument("--data-dir", type=Path, default=os.environ.get("ASSAY_DATA") or None)
    options = parser.parse_args()
    if options.data_dir is None:
        print("skipped: give --data-dir or set ASSAY_DATA to a folder of published files")
        raise SystemExit(0)
    options.data_dir = Path(options.data_dir)
    return options
