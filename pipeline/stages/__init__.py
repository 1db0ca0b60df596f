"""The five stages, a module each, so that none waits for what another needs."""
