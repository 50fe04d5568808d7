"""DNS of the sandbox: a real server on loopback, and who asks it."""
