"""The second generation: a pixel and a semantic branch that share no weights. See README.md in this folder."""
