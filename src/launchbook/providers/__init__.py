"""The platforms' APIs: a client of verbs and the wire format, one room each."""
