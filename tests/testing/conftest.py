from plugin.fixtures import counts, pebbles, pebbles_site, registry, site

__all__ = ["counts", "pebbles", "pebbles_site", "registry", "site"]
