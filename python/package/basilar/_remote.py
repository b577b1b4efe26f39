"""Recordings on any store that fsspec reaches."""

from __future__ import annotations


def fetch(url: str) -> bytes:
    """The bytes behind a URL such as ``s3://bucket/reference.wav``."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise ImportError("URLs need fsspec: pip install 'basilar[remote]'") from error
    files, path = url_to_fs(url)
    return bytes(files.cat_file(path))
