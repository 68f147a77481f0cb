"""What one accepted vote costs the server, until it is on disk and answered: `bench.ingest`."""
