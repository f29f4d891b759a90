"""python -m discord_airflow: the command line without an installed script."""

from discord_airflow.cli import run

if __name__ == "__main__":
    run()
