"""What segmentation tools reckon: voxels in, voxels out. No Qt, no document; lengths in millimetres, in the patient."""
