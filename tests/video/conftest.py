import os

os.environ.setdefault("SVT_LOG", "1")  # the AV1 encoder talks to stderr otherwise
