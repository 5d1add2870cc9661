"""Clinical content: the data files, and the one reader that checks them and says where they are wrong."""

from fanlight.content.reader import ContentError, content_folder, content_hash, read, read_folder, read_text

__all__ = ["ContentError", "content_folder", "content_hash", "read", "read_folder", "read_text"]
