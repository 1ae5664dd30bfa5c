"""Generated jobs next to those that public repos have written by hand: what would a maintainer still change?"""
