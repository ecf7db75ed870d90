"""`postil demo`: a catalog with a sample project, made on the spot: no network, nothing shipped but code."""

PROJECT = "Sample project"
