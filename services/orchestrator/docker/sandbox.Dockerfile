# The image in which environments run unless SANDBOX_IMAGE names another: Debian 13 with git, tmux, OpenSSH, a compiler, Python
# and Node. It runs as uid 1000 without any capability: nothing in it may need root, and there is no sudo.
#
# `npm start` builds it with Node from the npm registry added to the build context (node-linux-*.tgz and npm-*.tgz under
# sandbox/), because a build container often reaches less than its host does. Without these files Debian's own Node is installed.
ARG BASE_IMAGE=debian:trixie-slim

FROM ${BASE_IMAGE} AS node
ARG NODE_VERSION=24.21.0
ARG NPM_VERSION=11.21.2
COPY sandbox/ /context/
RUN mkdir -p /out /context/runtime && cd /context/runtime \
    && if [ -e ../node-linux-*-${NODE_VERSION}.tgz ] && [ -e ../npm-${NPM_VERSION}.tgz ]; then \
      tar -xzf ../node-linux-*-${NODE_VERSION}.tgz --strip-components=1 -C /out --no-same-owner \
      && mkdir -p /out/lib/node_modules/npm \
      && tar -xzf ../npm-${NPM_VERSION}.tgz --strip-components=1 -C /out/lib/node_modules/npm --no-same-owner \
      && ln -s ../lib/node_modules/npm/bin/npm-cli.js /out/bin/npm \
      && ln -s ../lib/node_modules/npm/bin/npx-cli.js /out/bin/npx \
      && chmod 755 /out/bin/node /out/lib/node_modules/npm/bin/npm-cli.js /out/lib/node_modules/npm/bin/npx-cli.js \
      && find /out/include/node/openssl/archs -mindepth 1 -maxdepth 1 ! -name 'linux-x86_64' ! -name 'linux-aarch64' -exec rm -r {} + \
      && rm -rf /out/package.json /out/*.md /out/share \
      && mkdir -p /out/share/doc/node && mv /out/LICENSE /out/share/doc/node/; \
    fi
ARG CONTENT_HASH=
LABEL craftastic.content=${CONTENT_HASH}

FROM ${BASE_IMAGE}
COPY --from=node /out/ /usr/local/
# Host keys are made at installation: whoever has the image would have them. Each environment gets its own.
RUN export DEBIAN_FRONTEND=noninteractive \
    && apt-get update \
    && apt-get install -y --no-install-recommends \
      bash bash-completion build-essential ca-certificates curl file git htop jq less nano \
      openssh-client openssh-server openssh-sftp-server systemd-standalone-sysusers procps \
      python3 python3-pip python3-venv python-is-python3 ripgrep tmux unzip vim xz-utils \
      $(test -x /usr/local/bin/node || echo nodejs npm) \
    && apt-get clean \
    && rm -rf /var/lib/apt/lists/* /etc/ssh/ssh_host_* /var/log/apt /var/log/dpkg.log
# npm's own default settings, which a user's ~/.npmrc overrides: global packages go to the home directory, whichever npm it is.
RUN printf 'prefix=${HOME}/.npm-global\nupdate-notifier=false\nfund=false\n' \
      > "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")/npmrc"
COPY sandbox/bashrc /etc/skel/.bashrc
COPY sandbox/profile.sh /etc/profile.d/craftastic.sh
COPY sandbox/vimrc /etc/vim/vimrc.local
RUN groupadd --gid 1000 dev \
    && useradd --uid 1000 --gid 1000 --create-home --shell /bin/bash dev \
    && install -d -o 1000 -g 1000 /workspace /home/dev/.npm-global /home/dev/.local /home/dev/.local/bin \
    && git config --system init.defaultBranch main \
    && git config --system --add safe.directory /workspace
# sshd does not pass these on; the server reads them from the image and hands them over.
ENV HOME=/home/dev \
    LANG=C.UTF-8 \
    PATH=/home/dev/.local/bin:/home/dev/.npm-global/bin:/usr/local/bin:/usr/bin:/bin
ARG CONTENT_HASH=
LABEL craftastic.content=${CONTENT_HASH}
USER 1000:1000
WORKDIR /workspace
CMD ["sleep", "infinity"]
