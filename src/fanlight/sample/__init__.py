"""The virtual clinic: synthetic people and courses, plainly marked."""
