"""The commands of `discord-airflow`, one module per group; each exposes `register(app)`."""
