"""What related sources have in common."""
