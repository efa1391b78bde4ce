"""Tests of the whole project: every URL, every page, the rules of the source tree, and the documents."""
