"""Landing: parties' files become checked, pseudonymised rows, each of them accounted for."""
