"""The commands below `bernie`, a module each: open, call, print, return the exit status."""
