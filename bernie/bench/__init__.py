"""What `bernie bench` measures, a module each."""
