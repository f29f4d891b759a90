"""Run the Layer 1 importer from a checkout: python3 collectors/importer.py --help"""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])
from discord_airflow.collectors.importer import main

sys.exit(main())
