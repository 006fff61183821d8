"""What is lid, what is eye, what moves with the eye."""
