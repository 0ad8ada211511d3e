# Images of this project. Targets:
#   watcher    serves any Python function: FROM it, add the function's packages and code
#   tools      what adding packages takes (pip, a compiler's binutils); only ever mounted, never in an image
#   gateway    the gateway, which runs functions as processes of its container
#   function   the function `ssd`: the watcher, the detector, the default model (the default target)
#
#   docker build --target watcher -t dcf/watcher .
#   docker build -t ssd .
#
# BASE is a Debian 12 or another image with apt-get and Python 3.11. Packages come from the index that
# pip is set up for; where that needs a certificate of its own, give it as the secret `cacert`.
ARG BASE=debian:bookworm-slim

# Python alone, and the user everything runs as.
FROM ${BASE} AS python
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/cache/debconf /var/log/* \
        /usr/share/doc /usr/share/man /usr/share/locale \
        /usr/lib/python3.11/pydoc_data /usr/lib/python3.11/test \
    && useradd --uid 10001 --create-home --home-dir /home/dcf --shell /usr/sbin/nologin dcf
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONSAFEPATH=1

# Tools for the stages below, and for functions of one's own, to borrow; no image has them.
FROM python AS tools
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends binutils python3-venv \
    && python3 -m venv /opt/pip
COPY deploy/image/install.sh deploy/image/trim.py /opt/image/

# What any function needs to be served.
FROM python AS watcher
COPY requirements/watcher.txt /opt/dcf/requirements/
RUN --mount=type=bind,from=tools,source=/,target=/tools \
    --mount=type=cache,target=/var/cache/pip,sharing=locked \
    --mount=type=secret,id=cacert \
    sh /tools/opt/image/install.sh /opt/dcf/requirements/watcher.txt
COPY watcher /opt/dcf/watcher
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/dcf \
    HOST=0.0.0.0 PORT=8080 WATCHER_PORT=50051 MESH_PORT=50052 METRICS_PORT=8081 \
    HANDLER_DIR=/dcf/handler HANDLER_FILE=handler.py HANDLER_NAME=Handler \
    LOCK_FILE=/tmp/.lock
EXPOSE 8080 50051 50052 8081
HEALTHCHECK --interval=2s --timeout=1s --start-period=30s --retries=3 \
    CMD ["sh", "-c", "[ -e \"$LOCK_FILE\" ]"]
USER 10001
WORKDIR /dcf
CMD ["python", "-m", "watcher"]

# The gateway. Functions bring packages of their own, so it keeps pip and a whole environment.
FROM python AS gateway
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3-venv \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/cache/debconf /var/log/* /usr/share/doc \
    && python3 -m venv /opt/venv \
    && install --directory --owner=dcf --group=dcf --mode=0700 /var/lib/dcf
COPY requirements/local.txt /opt/dcf/requirements/
RUN --mount=type=bind,from=tools,source=/,target=/tools \
    --mount=type=cache,target=/var/cache/pip,sharing=locked \
    --mount=type=secret,id=cacert \
    sh /tools/opt/image/install.sh /opt/dcf/requirements/local.txt whole
# A line in the environment, not PYTHONPATH: that one is each function's own.
RUN echo /opt/dcf > /opt/venv/lib/python3.11/site-packages/dcf.pth
COPY watcher /opt/dcf/watcher
COPY dcf /opt/dcf/dcf
ENV PATH=/opt/venv/bin:$PATH \
    DCF_HOST=0.0.0.0 DCF_PORT=8080 DCF_GRPC_PORT=32222 DCF_HOME=/var/lib/dcf
EXPOSE 8080 32222
VOLUME /var/lib/dcf
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['DCF_PORT'] + '/healthz', timeout=2)"]
USER 10001
WORKDIR /var/lib/dcf
CMD ["python", "-m", "dcf", "gateway", "start"]

# The function `ssd`. Its packages come before its code, its code before nothing: an edit of the handler
# builds one layer again.
FROM watcher AS function
USER root
COPY requirements/serving.txt /opt/dcf/requirements/
RUN --mount=type=bind,from=tools,source=/,target=/tools \
    --mount=type=cache,target=/var/cache/pip,sharing=locked \
    --mount=type=secret,id=cacert \
    sh /tools/opt/image/install.sh /opt/dcf/requirements/serving.txt
COPY models/__init__.py /dcf/models/
COPY models/ssd /dcf/models/ssd
COPY handler /dcf/handler
USER 10001
