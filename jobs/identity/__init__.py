"""The identity graph: which evidence there is, which of it is believed, and the groups that it joins."""
