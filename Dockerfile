# syntax=docker/dockerfile:1
# What is installed is pinned with hashes, and nothing that installs or compiles gets into the image.

FROM python:3.11-slim AS build
RUN python -m venv --without-pip /opt/kawaraban
COPY requirements/run.txt /build/
RUN pip --disable-pip-version-check --python /opt/kawaraban install \
        --no-cache-dir --require-hashes --no-deps --only-binary :all: -r /build/run.txt
COPY bot/ /build/bot/
COPY handlers/ /build/handlers/
COPY news/ /build/news/
COPY storage/ /build/storage/
COPY deploy/kawaraban /opt/kawaraban/bin/
# Compiled now, since the file system is read-only later.
RUN cp -r /build/bot /build/handlers /build/news /build/storage \
        /opt/kawaraban/lib/python3.11/site-packages/ \
    && chmod 0755 /opt/kawaraban/bin/kawaraban \
    && /opt/kawaraban/bin/python -m compileall -q /opt/kawaraban/lib

FROM python:3.11-slim
LABEL org.opencontainers.image.title="Kawaraban" \
      org.opencontainers.image.description="A Telegram bot that reads the news for people" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/kawaraban /opt/kawaraban
# Only /data is written to. The user is a number, so that it exists nowhere else.
RUN mkdir /data && chown 10001:10001 /data
ENV PATH=/opt/kawaraban/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    LISTEN=0.0.0.0:8080
USER 10001:10001
# The default of DATABASE_URL is below data/, from here.
WORKDIR /
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT []
CMD ["kawaraban", "run"]
