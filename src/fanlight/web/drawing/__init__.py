"""Pictures drawn on the server: pure functions from values to SVG text, each with a label that states the finding."""
