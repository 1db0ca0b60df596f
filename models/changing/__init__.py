"""What changed a lead's points, and by how much."""
