"""What happens in a stand-in store, a file for each kind of action; `Shop` offers them all."""
