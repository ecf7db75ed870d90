"""`postil demo`: a catalog with a sample project, made on the spot: no network, nothing shipped but code."""

from postil.demo.make import make_demo

__all__ = ["make_demo"]
