"""Reports for people: one file each, complete in itself. No I/O."""
