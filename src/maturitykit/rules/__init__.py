"""Rules, consensus, pooling and links, each written once, as formulas."""
