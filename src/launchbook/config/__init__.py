"""The working folder: YAML, schemas, references, secrets, playbooks."""
