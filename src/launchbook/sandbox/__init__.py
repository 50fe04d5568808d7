"""The sandbox: three platforms on loopback, with real parts behind real APIs.

A program of its own (``python -m launchbook.sandbox``). It shares no code with
the rest of the package, so a client and its emulator cannot be wrong together;
the product reads ``endpoints.json`` and speaks to the control API.
"""
