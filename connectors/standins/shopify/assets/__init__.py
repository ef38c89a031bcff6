"""Styles and scripts of a stand-in store; a package so that they are shipped."""
