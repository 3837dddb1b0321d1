"""The version: what publishers see in the User-Agent, and what the package is called by."""

VERSION = "0.1.0"
