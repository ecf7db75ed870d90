"""Speed against peers and raw limits, side by side in one run: `make bench [ONLY=name]`."""
