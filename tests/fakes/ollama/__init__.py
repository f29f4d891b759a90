"""Stand-ins for a language model and for the server it runs in."""
