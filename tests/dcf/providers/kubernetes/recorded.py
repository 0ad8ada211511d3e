"""What a real cluster of Kubernetes 1.20 said of pods that could not run, in the order it came."""

import json
from pathlib import Path

_FILE = Path(__file__).with_name("recorded-1.20.json")
RECORDED = json.loads(_FILE.read_text(encoding="utf-8"))
PODS, SETS, EVENTS = (RECORDED[key] for key in ("pods", "sets", "events"))
