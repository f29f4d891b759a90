"""Is what the database holds consistent, and is it what the export files say? It shares no code with the import."""
