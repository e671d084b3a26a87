# helmforge with Git, Helm, kubectl, an SSH client and GnuPG. docs/installing.md tells how to build and use it.
#
# The base is Debian rather than an image of Python: Debian's python3 comes without pip, and nothing needs it here.
# Any Debian with Python 3.11 or newer will do: --build-arg BASE=registry.example.com/debian@sha256:...
ARG BASE=docker.io/library/debian:trixie-20260918-slim@sha256:a99cfc517144bc59b1978475ec53b46ecabec7e43635402ee5b77cc54cd1b20a

FROM ${BASE} AS runtime
# Further packages of Debian, for a builder: "docker-cli docker-buildx".
ARG PACKAGES=""
# No versions: Debian's archive keeps only the newest of a package, the one with the security fixes.
# No setuid: nobody in here becomes another user.
# hadolint ignore=DL3008,SC2086
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git gpg openssh-client python3 tzdata ${PACKAGES} \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/debconf/*-old /var/cache/ldconfig/aux-cache \
    /var/log/apt /var/log/*.log \
  && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
  && useradd --uid 1001 --no-create-home --home-dir /tmp --shell /bin/sh helmforge \
  && mkdir /workspace
# CI systems mount work trees that another user owns. Git trusts those where CI systems put them, and no others:
# GitLab, container jobs of GitHub and Azure, container actions of GitHub, and /workspace for everybody else.
RUN for folder in '/builds/*' '/__w/*' /github/workspace /workspace; do \
    git config --system --add safe.directory "${folder}"; \
  done

FROM runtime AS build
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends python3-venv \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /source
RUN python3 -m venv .venv && python3 -m venv --without-pip /opt/helmforge
# Two optional secrets, for networks with an index or a certificate authority of their own. They stay out of the image.
ENV PIP_CONFIG_FILE=/run/secrets/pip.conf
COPY dev/cache.py dev/debian.py dev/kubernetes_tools.py dev/pins.toml dev/programs.py dev/python_environment.py dev/
RUN --mount=type=secret,id=pip.conf --mount=type=secret,id=ca-certificates \
  HELMFORGE_CACHE=/source/cache python3 -m dev.kubernetes_tools helm4 kubectl \
  && mkdir /opt/tools \
  && cp --dereference .venv/tools/* /opt/tools/
COPY dev/build.txt dev/runtime.txt dev/
RUN --mount=type=secret,id=pip.conf --mount=type=secret,id=ca-certificates \
  .venv/bin/pip install --no-cache-dir --require-hashes --requirement dev/build.txt \
  && .venv/bin/pip --python /opt/helmforge/bin/python install --no-cache-dir --no-compile \
    --require-hashes --requirement dev/runtime.txt
COPY LICENSE README.md pyproject.toml ./
COPY chart_templates chart_templates
COPY helmforge helmforge
# The wheel's files get this time.
ARG SOURCE_DATE_EPOCH=1577836800
# Compiled here and now, and for the files' content: who runs the image cannot write beside them.
RUN .venv/bin/pip wheel --no-cache-dir --no-deps --no-index --no-build-isolation --wheel-dir dist . \
  && .venv/bin/pip --python /opt/helmforge/bin/python install --no-compile --no-deps --no-index dist/*.whl \
  && python3 -m compileall -q --invalidation-mode unchecked-hash /opt/helmforge/lib

FROM runtime
COPY --from=build /opt/tools /usr/local/bin
COPY --from=build /opt/helmforge /opt/helmforge
RUN ln -s /opt/helmforge/bin/helmforge /usr/local/bin/helmforge
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="helmforge" \
  org.opencontainers.image.description="Charts for every service of a repository, and their way to production" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.created="${CREATED}"
# All that is written at run time goes to /tmp: the root file system can be read-only, and any user will do.
ENV HOME=/tmp PYTHONDONTWRITEBYTECODE=1
# The user of GitHub's own runners, to whom their work trees belong. Nobody else needs that number.
USER 1001:1001
WORKDIR /workspace
ENTRYPOINT ["helmforge"]
