"""The report's sections, one module for each group of them."""
