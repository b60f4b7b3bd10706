"""The pages of the documentation, and the program that writes the generated ones."""
