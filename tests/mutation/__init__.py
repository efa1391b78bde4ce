"""Mutation tests: break the rules of the domain one at a time; each must make a test fail (docs/style.md rule 23)."""
