"""What is asked for: of which instrument a video is."""
