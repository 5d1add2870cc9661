"""The course chart: one set of rows that the drawing, the table beside it, the PDF and the CSV are all made from."""
