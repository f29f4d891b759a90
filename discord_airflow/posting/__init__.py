"""
A report's summary for a Discord channel: made from what the report was made of, approved by a person, posted once.

`text` renders it, `choose` finds the report and the server, `once` posts it and remembers what was posted.
"""
