"""Postil's scripting API."""
