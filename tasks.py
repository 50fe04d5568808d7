"""The front door: every playbook and operation as an Invoke task."""

from launchbook.cli import namespace

ns = namespace.build()
