"""The festival world: people, shops and platforms that never were, whose files hold known figures."""
