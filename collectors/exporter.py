"""Export from a checkout what the database lacks: python3 collectors/exporter.py --help"""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])
from discord_airflow.commands.export import main

sys.exit(main())
