"""Word to the people who look after this: a task failed, a report is late. Knows no Airflow, pings nobody."""
