"""Pictures of every screen, in light and dark, in three sizes: `python -m tests.shots OUT`."""
