"""The legs: what carries the sound of a call, behind one seam."""
