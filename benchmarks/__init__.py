"""How fast the night is, and how much memory it needs, at sizes far above a council's."""
