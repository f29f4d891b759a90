"""Layer 2: typed answers from PostgreSQL. Nothing here knows exporters, models or Airflow."""
