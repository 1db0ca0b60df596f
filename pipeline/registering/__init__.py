"""MLflow, champions and challengers: registered, compared, promoted, rolled back."""
