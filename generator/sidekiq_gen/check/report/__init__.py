"""The findings, in formats for people and for programs."""
