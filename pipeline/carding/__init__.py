"""The points card of a finished run: fitted, held beside its model, written down."""
