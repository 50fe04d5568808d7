"""Continuous delivery: workflows of GitHub Actions, as data and as text. No I/O."""
