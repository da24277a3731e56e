"""The web page: served as it lies in this folder, plus the link that signs a browser in."""

from webhooks.studio.pages import routes

__all__ = ["routes"]
