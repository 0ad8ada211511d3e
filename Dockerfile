# Images of this project. Targets:
#   watcher    serves any Python function: FROM it, add the function's packages and code
#   tools      what adding packages takes (pip, a compiler's binutils); only ever mounted, never in an image
#   gateway    the gateway, which runs functions as processes of its container
#   function   the function `ssd`: the watcher, the detector, the default model (the default target)
#
#   docker build --target watcher -t dcf/watcher .
#   docker build -t ssd .
#
# BUNDLE is a model to take along, a folder below bundles/; the function wants it named as MODEL_BUNDLE, too.
# BASE is a Debian 12 or another image with apt-get and Python 3.11. Packages come from the index that
# pip is set up for; where that needs a certificate of its own, give it as the secret `cacert`, and a pip.conf as
# the secret `pip`.
# Every step that runs something ends with times.sh: two builds of one commit are alike (docs/deploy/container.md).
ARG BASE=debian:bookworm-slim

FROM scratch AS scripts
COPY deploy/image/compile.sh deploy/image/debian.sh deploy/image/times.sh /

# Python and the web's certificates, and the user everything runs as. Of Python its manual, its own tests, what
# needs a display, and the stand-ins for modules that are there in C stay out. The empty folders are where
# later steps mount things. Nothing lets a process become another user.
FROM ${BASE} AS python
RUN --mount=type=bind,from=scripts,source=/,target=/mnt \
    sh /mnt/debian.sh ca-certificates python3 \
    && cd /usr/lib/python3.11 \
    && rm -r pydoc_data test turtle.py _pydecimal.py _pyio.py __pycache__/turtle.* __pycache__/_pydecimal.* \
        __pycache__/_pyio.* \
    && cd / \
    && SOURCE_DATE_EPOCH=0 useradd --uid 10001 --create-home --shell /usr/sbin/nologin dcf \
    && mkdir -p /dcf /opt/dcf /run/secrets /tools /var/cache/pip /wanted \
    && rm -f /etc/*- \
    && find / -xdev -type f -perm /6000 -exec chmod ug-s {} + \
    && sh /mnt/times.sh
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONSAFEPATH=1

# Tools for the stages below, and for functions of one's own, to borrow; no image has them.
FROM python AS tools
RUN --mount=type=bind,from=scripts,source=/,target=/mnt \
    sh /mnt/debian.sh binutils python3-venv \
    && python3 -m venv /opt/pip
COPY deploy/image/debian.sh deploy/image/install.sh deploy/image/libraries.py deploy/image/squeeze.py \
    deploy/image/times.sh deploy/image/trim.py /opt/image/

# This project's own code, compiled: a container would do it anew at every start. Python still looks whether a
# file has changed since, so that an image built on these may bring another.
FROM python AS code
COPY --chmod=755 watcher /opt/dcf/watcher
RUN --mount=type=bind,from=scripts,source=/,target=/mnt sh /mnt/compile.sh /opt/dcf

FROM python AS function-code
COPY --chmod=755 models/__init__.py /dcf/models/
COPY --chmod=755 models/ssd /dcf/models/ssd
COPY --chmod=755 dcf_detect /dcf/dcf_detect
COPY --chmod=755 handler /dcf/handler
ARG BUNDLE=models/ssd/bundles/ssdlite_mobilenet_v2_coco_int8
COPY --chmod=755 ${BUNDLE} /dcf/${BUNDLE}
RUN --mount=type=bind,from=scripts,source=/,target=/mnt sh /mnt/compile.sh /dcf

FROM python AS gateway-code
COPY --chmod=755 dcf /opt/dcf/dcf
RUN --mount=type=bind,from=scripts,source=/,target=/mnt sh /mnt/compile.sh /opt/dcf

# What any function needs to be served.
FROM python AS watcher
COPY --chmod=755 requirements/watcher.txt /opt/dcf/requirements/
RUN --mount=type=bind,from=tools,source=/,target=/tools \
    --mount=type=cache,target=/var/cache/pip,sharing=locked \
    --mount=type=secret,id=cacert \
    --mount=type=secret,id=pip \
    sh /tools/opt/image/install.sh /opt/dcf/requirements/watcher.txt
COPY --from=code /opt/dcf/watcher /opt/dcf/watcher
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/dcf \
    HOST=0.0.0.0 PORT=8080 WATCHER_PORT=50051 MESH_PORT=50052 METRICS_PORT=8081 \
    HANDLER_DIR=/dcf/handler HANDLER_FILE=handler.py HANDLER_NAME=Handler \
    LOCK_FILE=/tmp/.lock LOG_STREAM=stdout
EXPOSE 8080 50051 50052 8081
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-I", "-S", "/opt/dcf/watcher/probe.py"]
USER 10001
WORKDIR /dcf
CMD ["python", "-m", "watcher"]
ARG BASE
LABEL org.opencontainers.image.title="dcf/watcher" \
    org.opencontainers.image.description="Serves any Python function over HTTP and gRPC, or runs it over files" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.base.name="${BASE}"

# The gateway. Functions bring packages of their own, so it keeps pip and a whole environment. What it runs
# itself is found by a line in that environment, not by PYTHONPATH: that one is each function's own.
FROM python AS gateway
RUN --mount=type=bind,from=scripts,source=/,target=/mnt \
    sh /mnt/debian.sh python3-venv \
    && python3 -m venv /opt/venv \
    && sh /mnt/compile.sh /opt/venv/lib \
    && echo /opt/dcf > /opt/venv/lib/python3.11/site-packages/dcf.pth \
    && install --directory --owner=dcf --group=dcf --mode=0700 /var/lib/dcf \
    && sh /mnt/times.sh
COPY --chmod=755 requirements/kubernetes.txt /opt/dcf/requirements/
RUN --mount=type=bind,from=tools,source=/,target=/tools \
    --mount=type=cache,target=/var/cache/pip,sharing=locked \
    --mount=type=secret,id=cacert \
    --mount=type=secret,id=pip \
    sh /tools/opt/image/install.sh /opt/dcf/requirements/kubernetes.txt whole
COPY --from=code /opt/dcf/watcher /opt/dcf/watcher
COPY --from=gateway-code /opt/dcf/dcf /opt/dcf/dcf
ENV PATH=/opt/venv/bin:$PATH \
    DCF_HOST=0.0.0.0 DCF_PORT=8080 DCF_GRPC_PORT=32222 DCF_HOME=/var/lib/dcf
EXPOSE 8080 32222
VOLUME /var/lib/dcf
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['DCF_PORT'] + '/healthz', timeout=2)"]
USER 10001
WORKDIR /var/lib/dcf
CMD ["python", "-m", "dcf", "gateway", "start"]
ARG BASE
LABEL org.opencontainers.image.title="dcf/gateway" \
    org.opencontainers.image.description="Deploys functions to itself and to clusters, and passes calls on to them" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.base.name="${BASE}"

# The function `ssd`. Its packages come before its code, its code before nothing: an edit of the handler
# builds one layer again.
FROM watcher AS function
USER root
COPY --chmod=755 requirements/serving.txt /opt/dcf/requirements/
RUN --mount=type=bind,from=tools,source=/,target=/tools \
    --mount=type=cache,target=/var/cache/pip,sharing=locked \
    --mount=type=secret,id=cacert \
    --mount=type=secret,id=pip \
    sh /tools/opt/image/install.sh /opt/dcf/requirements/serving.txt
COPY --from=function-code /dcf/models /dcf/models
COPY --from=function-code /dcf/bundle[s] /dcf/bundles
COPY --from=function-code /dcf/dcf_detect /dcf/dcf_detect
COPY --from=function-code /dcf/handler /dcf/handler
# Its name where no platform gives it one.
ENV IMAGE_FUNCTION_NAME=ssd
USER 10001
LABEL org.opencontainers.image.title="dcf/ssd" \
    org.opencontainers.image.description="What is in this picture, and where: names, confidences, boxes"
