"""
Airflow on this machine alone, without containers: one run of a DAG for `make report`, the whole of it for `make up`.

Everything it writes lies in `.data/airflow` and `.data/logs`. Only one_run.py imports Airflow, in a process of its own.
"""
