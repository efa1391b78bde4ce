"""Helpers shared by the views of this package."""

READ_OR_POST = ["GET", "HEAD", "POST"]
