"""What every table is: one constant ``TABLE`` a file, found by ``catalogue``; standard library only."""
