"""Programs that run in processes of their own, and are never imported by ours.

Locust changes the whole process that imports it (gevent), and Playwright brings an
event loop along. Each reads a JSON file, writes another, and knows nothing of us.
"""
