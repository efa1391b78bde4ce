"""Breaking the rules of the domain one at a time: each must turn a test red (docs/style.md rule 23)."""
