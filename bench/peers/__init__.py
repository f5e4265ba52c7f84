"""The same ranking by other means, over the same pool: what one would get instead of the embedded engine."""
