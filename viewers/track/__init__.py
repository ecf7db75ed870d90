"""Following an object through a film without a learned model: Qt-free, numpy and OpenCV."""
