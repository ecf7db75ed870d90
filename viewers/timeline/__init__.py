"""The timeline: what is labelled on which frames, and how that is changed by hand."""
