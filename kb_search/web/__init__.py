"""The help center's pages: values in, HTML out. It reads no request and no index; kb_search/service serves it."""
