"""Readers turn the bytes of a delivery into text: CSV, workbook, database."""
