"""
What is wrong with this installation, and how to mend it: one line a check, none of which changes anything.

`finding` has the values, `machine`, `data` and `services` the checks, `examine` runs them side by side.
"""
