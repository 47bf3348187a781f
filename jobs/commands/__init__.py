"""Commands of ``brandcube``, one subject a module; ``jobs.__main__`` registers them."""
