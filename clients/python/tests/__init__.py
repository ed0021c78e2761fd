"""Run by ``npm run test:python``, or ``python3 -m unittest discover -t clients/python clients/python/tests``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
