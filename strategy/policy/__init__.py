"""Contact policy: law as dated, cited data, and the pure gate that applies it."""
