"""REST v3 as a real store speaks it: the same parameters, headers, errors and oddities."""
