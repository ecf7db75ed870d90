"""The command line and the sample project; the scripting API will live here too. No Qt."""
