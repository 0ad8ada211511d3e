"""What is sent: hostile bodies, costly bodies, a photo as large as a phone's."""
