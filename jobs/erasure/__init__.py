"""Forgetting: whoever asks for it is taken out of every table, file and delivery, and it can be proved that it was so."""
