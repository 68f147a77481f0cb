"""What one delivered message and one answered command cost the server: `python -m bench.fanout`."""
