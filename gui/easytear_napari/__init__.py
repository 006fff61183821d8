"""The napari plugin: annotation of videos and review of results."""
